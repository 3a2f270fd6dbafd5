package slowregistry_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/opencontainers/go-digest"
	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/testkit/slowregistry"
)

// What belongs to an image is among its contents, and listed: by the API, or by indexes under tags.
func TestASignedImage(t *testing.T) {
	for _, api := range []bool{true, false} {
		images := slowregistry.NewImages()
		spec := slowregistry.Spec{Platforms: 2, Layers: 1, LayerSize: 100}
		plain, err := images.Put("plain", "1", spec)
		if err != nil {
			t.Fatal(err)
		}
		spec.Signed = true
		signed, err := images.Put("app", "1", spec)
		if err != nil {
			t.Fatal(err)
		}
		if signed.Root != plain.Root || len(signed.Manifests) != len(plain.Manifests)+5 {
			t.Errorf("%d manifests, and %d without artifacts", len(signed.Manifests), len(plain.Manifests))
		}
		server, err := slowregistry.Start(t.Context(), images, slowregistry.Options{Referrers: api})
		if err != nil {
			t.Fatal(err)
		}
		url := "http://" + server.Host() + "/v2/app/"
		read := func(path string) (status int, index imgspecv1.Index) {
			answer, err := http.Get(url + path)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			body, err := io.ReadAll(answer.Body)
			if err == nil && answer.StatusCode == http.StatusOK {
				err = json.Unmarshal(body, &index)
			}
			if err != nil {
				t.Fatal(err)
			}
			return answer.StatusCode, index
		}
		path := func(d digest.Digest) string { return "referrers/" + d.String() }
		if !api {
			if status, _ := read(path(signed.Root)); status != http.StatusNotFound {
				t.Errorf("status %d without the API", status)
			}
			path = func(d digest.Digest) string { return "manifests/sha256-" + d.Encoded() }
		}
		var listed []digest.Digest
		for subject := range slices.Values([]digest.Digest{signed.Root, plain.Manifests[0]}) {
			status, index := read(path(subject))
			for _, d := range index.Manifests {
				listed = append(listed, d.Digest)
				if !slices.Contains(signed.Manifests, d.Digest) {
					t.Errorf("%s is not among the contents", d.Digest)
				}
			}
			if status != http.StatusOK {
				t.Errorf("%s: status %d", subject, status)
			}
		}
		if len(listed) != 3 {
			t.Errorf("%d referrers of the root and the first instance", len(listed))
		}
		if status, _ := read("manifests/sha256-" + signed.Root.Encoded() + ".sig"); status != http.StatusOK {
			t.Errorf("digest tag: status %d", status)
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}
}
