package mirror_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/mirror/port"
)

// Artifacts lists what the test says that there is.
func (w *world) Artifacts(_ context.Context, repository imagename.Name) (port.Artifacts, error) {
	return listing{w, repository.Repository}, nil
}

type listing struct {
	w          *world
	repository string
}

func (l listing) Of(_ context.Context, subject digest.Digest) ([]artifacts.Artifact, error) {
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	l.w.requests = append(l.w.requests, "LIST "+subject.String())
	if l.w.listError != nil {
		return nil, l.w.listError
	}
	return l.w.listed[l.repository][subject], nil
}

// listAt has artifacts listed for a subject in a repository.
func (w *world) listAt(repository string, subject digest.Digest, more ...artifacts.Artifact) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.listed == nil {
		w.listed = map[string]map[digest.Digest][]artifacts.Artifact{}
	}
	if w.listed[repository] == nil {
		w.listed[repository] = map[digest.Digest][]artifacts.Artifact{}
	}
	w.listed[repository][subject] = append(w.listed[repository][subject], more...)
}

// list has artifacts listed for a subject at the source.
func (w *world) list(subject digest.Digest, more ...artifacts.Artifact) {
	w.listAt("src", subject, more...)
}

// put puts something into a repository, which must take it.
func (w *world) put(path, mediaType string, content []byte) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPut, "http://"+w.host+path, bytes.NewReader(content))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", mediaType)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		w.t.Fatalf("PUT %s: %s", path, answer.Status)
	}
}

// putBlob puts a blob into a repository, and returns its descriptor.
func (w *world) putBlob(repository, content string) imgspecv1.Descriptor {
	w.t.Helper()
	d := digest.FromString(content)
	answer, err := http.Post("http://"+w.host+"/v2/"+repository+"/blobs/uploads/?digest="+d.String(),
		"application/octet-stream", strings.NewReader(content))
	if err != nil {
		w.t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		w.t.Fatalf("blob of %s: %s", repository, answer.Status)
	}
	return imgspecv1.Descriptor{MediaType: "application/octet-stream", Digest: d, Size: int64(len(content))}
}

// manifestOf returns the manifest of an artifact with some layers.
func (w *world) manifestOf(repository string, subject digest.Digest, artifactType string, layers ...string) []byte {
	w.t.Helper()
	m := imgspecv1.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: imgspecv1.MediaTypeImageManifest,
		ArtifactType: artifactType, Config: w.putBlob(repository, "{}"),
	}
	m.Config.MediaType = imgspecv1.MediaTypeEmptyJSON
	for _, layer := range layers {
		described := w.putBlob(repository, layer)
		described.Annotations = map[string]string{"signature": layer}
		m.Layers = append(m.Layers, described)
	}
	if subject != "" {
		m.Subject = &imgspecv1.Descriptor{MediaType: imgspecv1.MediaTypeImageManifest, Digest: subject, Size: 1}
	}
	raw, err := json.Marshal(m)
	if err != nil {
		w.t.Fatal(err)
	}
	return raw
}

// refer adds a referrer of a manifest to the source, and returns its digest.
func (w *world) refer(subject digest.Digest, artifactType string, layers ...string) digest.Digest {
	w.t.Helper()
	raw := w.manifestOf("src", subject, artifactType, layers...)
	d := digest.FromBytes(raw)
	w.put("/v2/src/manifests/"+d.String(), imgspecv1.MediaTypeImageManifest, raw)
	w.list(subject, artifacts.Artifact{Digest: d, Size: int64(len(raw)), Type: artifactType})
	return d
}

// sign adds a digest tag with some layers to a repository, in the source's list if that is the repository.
func (w *world) sign(repository string, subject digest.Digest, layers ...string) (tag string, d digest.Digest) {
	w.t.Helper()
	raw := w.manifestOf(repository, "", "", layers...)
	tag = "sha256-" + subject.Encoded() + ".sig"
	w.put("/v2/"+repository+"/manifests/"+tag, imgspecv1.MediaTypeImageManifest, raw)
	if repository == "src" {
		w.list(subject, artifacts.Artifact{Digest: digest.FromBytes(raw), Size: -1, Tag: tag})
	}
	return tag, digest.FromBytes(raw)
}

// pushed returns the digests of an index of so many instances at HOST/src:1, the index first.
func (w *world) pushed(instances int) []digest.Digest {
	w.t.Helper()
	index, err := w.pushIndex("HOST/src:1", instances).IndexManifest()
	if err != nil {
		w.t.Fatal(err)
	}
	digests := []digest.Digest{digest.Digest(w.digest("HOST/src:1"))}
	for _, m := range index.Manifests {
		digests = append(digests, digest.Digest(m.Digest.String()))
	}
	return digests
}

// bringing returns a copier that brings artifacts, by way of what opens images, which is the world or wraps it.
func bringing(images port.Images, opts mirror.ArtifactOptions) *mirror.Copier {
	return mirror.New(images, mirror.Options{
		RetryDelay: time.Millisecond, Artifacts: opts,
		Transient: func(err error) bool { return unavailable.MatchString(err.Error()) },
	})
}

// order returns the names of what was put at a destination by manifest, in order.
func (w *world) order(repository string, names map[string]string) (order []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.requests {
		if reference, is := strings.CutPrefix(r, "PUT /v2/"+repository+"/manifests/"); is {
			if names[reference] != "" {
				reference = names[reference]
			}
			order = append(order, reference)
		}
	}
	return order
}

// has fails the test unless a repository has a manifest.
func (w *world) has(t *testing.T, repository string, d digest.Digest) {
	t.Helper()
	if got := w.digest(fmt.Sprintf("HOST/%s@%s", repository, d)); got != d.String() {
		t.Errorf("%s has no %s", repository, d)
	}
}
