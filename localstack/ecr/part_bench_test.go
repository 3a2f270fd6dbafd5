package ecr

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"ecrmirror/localstack/stats"
)

// BenchmarkUploadLayerPart sends parts of 10 MiB, all to be the first of their layers,
// without a network: what is left is reading, decoding, hashing and the disk.
func BenchmarkUploadLayerPart(b *testing.B) {
	r, err := New(b.Context(), Options{Home: home, Dir: b.TempDir(), Stats: &stats.Counter{}})
	if err != nil {
		b.Fatal(err)
	}
	id := repositoryID{registryID{home, region}, "app"}
	r.repositories[id] = newRepository(id)
	part := make([]byte, 10<<20)
	blob := base64.StdEncoding.EncodeToString(part)
	b.SetBytes(int64(len(part)))
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		writer, err := r.store.Upload(b.Context(), id.storage())
		if err != nil {
			b.Fatal(err)
		}
		u := &upload{blob: writer}
		r.repositories[id].uploads[writer.ID()] = u
		body := fmt.Sprintf(`{"layerPartBlob":%q,"partFirstByte":0,"partLastByte":%d,"repositoryName":"app",`+
			`"uploadId":%q}`, blob, len(part)-1, writer.ID())
		req := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader([]byte(body)))
		req.Header.Set("X-Amz-Target", targetPrefix+"UploadLayerPart")
		req.Header.Set("Authorization",
			"AWS4-HMAC-SHA256 Credential=k/20261121/"+region+"/ecr/aws4_request, SignedHeaders=host, Signature=0")
		w := httptest.NewRecorder()
		b.StartTimer()
		r.ServeAPI(w, req)
		b.StopTimer()
		if w.Code != http.StatusOK {
			b.Fatal(w.Body)
		}
		u.end(b.Context())
		b.StartTimer()
	}
}
