package ecr

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/opencontainers/go-digest"
)

func blobInfo(content []byte) Blob {
	return Blob{Digest: digest.FromBytes(content), Size: int64(len(content))}
}

func randomBytes(n int) []byte {
	content := make([]byte, n)
	_, _ = rand.Read(content)
	return content
}

func ociImage(config Blob, layers ...Blob) []byte {
	type descriptor struct {
		MediaType string        `json:"mediaType"`
		Digest    digest.Digest `json:"digest"`
		Size      int64         `json:"size"`
	}
	m := map[string]any{
		"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
		"config": descriptor{"application/vnd.oci.image.config.v1+json", config.Digest, config.Size},
	}
	var list []descriptor
	for _, l := range layers {
		list = append(list, descriptor{"application/vnd.oci.image.layer.v1.tar", l.Digest, l.Size})
	}
	m["layers"] = list
	content, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return content
}

// answer is an awsJson1.1 reply with the members given as JSON.
func answer(w http.ResponseWriter, format string, args ...any) bool {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-RequestId", "a-request-id")
	fmt.Fprintf(w, format, args...)
	return true
}

// refuse is an awsJson1.1 exception, with further members as in `,"name":value`.
func refuse(w http.ResponseWriter, status int, code, members string) bool {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-RequestId", "a-request-id")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"__type":%q,"message":"the service's words"%s}`, code, members)
	return true
}

// members reads the request's body, and leaves it to be read again.
func members(r *http.Request) map[string]any {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	var m map[string]any
	_ = json.Unmarshal(body, &m)
	return m
}
