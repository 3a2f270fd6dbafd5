package ecrtransport

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/ecr"
)

func TestSourceHasNoSignaturesAndNoOtherLayers(t *testing.T) {
	src := newWorld(t).source(here)
	if s, err := src.GetSignatures(t.Context(), nil); s != nil || err != nil {
		t.Errorf("signatures %v, %v", s, err)
	}
	if l, err := src.LayerInfosForCopy(t.Context(), nil); l != nil || err != nil {
		t.Errorf("layers %v, %v", l, err)
	}
	if !src.HasThreadSafeGetBlob() || src.Reference().StringWithinTransport() != "//"+here+":latest" {
		t.Error("wrong constants")
	}
}

func TestSourceReadsTheRootOnce(t *testing.T) {
	w := newWorld(t)
	want := w.push(here+":v1", []byte("layer"))
	src := w.source(here + ":v1")
	w.stats.Reset()
	for range 3 {
		got, mediaType, err := src.GetManifest(t.Context(), nil)
		if err != nil || !bytes.Equal(got, want) || mediaType != ociManifestType {
			t.Errorf("got %s of type %s, %v", got, mediaType, err)
		}
	}
	if n := w.calls("BatchGetImage"); n != 1 {
		t.Errorf("%d calls for one manifest", n)
	}
}

func TestSourceReadsBlobs(t *testing.T) {
	w := newWorld(t)
	layer := randomBytes(1000)
	w.push(here+":v1", layer)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("elsewhere"))
	}))
	defer server.Close()
	foreign := blobInfo([]byte("elsewhere"))
	foreign.URLs = []string{server.URL + "/layer"}
	odd := blobInfo(layer)
	odd.MediaType = "application/vnd.odd+type"
	for _, info := range []types.BlobInfo{blobInfo(layer), odd, foreign} {
		body, size, err := w.source(here+":v1").GetBlob(t.Context(), info, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(body); err != nil || digest.FromBytes(got) != info.Digest || size != info.Size {
			t.Errorf("got %d of %d bytes, %v", len(got), size, err)
		}
		body.Close()
	}
	if body, _, err := w.source(here+":v1").GetBlob(t.Context(), blobInfo([]byte("none")), nil); body != nil ||
		!errors.Is(err, ecr.ErrLayersNotFound) {
		t.Errorf("no such blob: %v, %v", body, err)
	}
}
