package refregistry

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/opencontainers/go-digest"
)

const (
	imageType  = "application/vnd.oci.image.manifest.v1+json"
	indexType  = "application/vnd.oci.image.index.v1+json"
	configType = "application/vnd.oci.image.config.v1+json"
	emptyType  = "application/vnd.oci.empty.v1+json"
)

// A Descriptor is one in an index of referrers.
type Descriptor struct {
	MediaType    string            `json:"mediaType"`
	Digest       digest.Digest     `json:"digest"`
	Size         int               `json:"size"`
	ArtifactType string            `json:"artifactType,omitempty"`
	Annotations  map[string]string `json:"annotations,omitempty"`
}

// An Index is one of referrers.
type Index struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Manifests     []Descriptor `json:"manifests"`
}

// A manifest is what the registry knows of one.
type manifest struct {
	Descriptor
	subject digest.Digest
}

func read(content []byte, mediaType string) manifest {
	var said struct {
		ArtifactType string
		Config       struct{ MediaType string }
		Subject      struct{ Digest digest.Digest }
		Annotations  map[string]string
	}
	_ = json.Unmarshal(content, &said) // go-containerregistry's registry takes what is no JSON, too
	if said.ArtifactType == "" {
		said.ArtifactType = said.Config.MediaType
	}
	d := digest.FromBytes(content)
	return manifest{
		Descriptor: Descriptor{mediaType, d, len(content), said.ArtifactType, said.Annotations},
		subject:    said.Subject.Digest,
	}
}

// Put has a manifest kept, under a tag, or by its digest where the tag is "", whatever the shape. It is not among the
// requests of [Registry.Asked].
func (g *Registry) Put(t testing.TB, repository, tag string, content []byte) digest.Digest {
	t.Helper()
	var is struct{ MediaType string }
	if err := json.Unmarshal(content, &is); err != nil {
		t.Fatal(err)
	}
	d := digest.FromBytes(content)
	if tag == "" {
		tag = d.String()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if answer := g.keep(repository, tag, content, read(content, is.MediaType)); answer.Code != http.StatusCreated {
		t.Fatalf("PUT %s: %d %s", tag, answer.Code, answer.Body)
	}
	return d
}

// Delete forgets a manifest.
func (g *Registry) Delete(t testing.TB, repository string, d digest.Digest) {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	r := httptest.NewRequest(http.MethodDelete, "/v2/"+repository+"/manifests/"+d.String(), http.NoBody)
	answer := httptest.NewRecorder()
	g.keeps.ServeHTTP(answer, r)
	if answer.Code != http.StatusAccepted {
		t.Fatalf("DELETE %s: %d %s", d, answer.Code, answer.Body)
	}
	delete(g.kept[repository], d)
}

// At returns the index of referrers that a repository has at a tag; an empty one without that tag.
func (g *Registry) At(t testing.TB, repository, tag string) (index Index) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/v2/"+repository+"/manifests/"+tag, http.NoBody)
	answer := httptest.NewRecorder()
	g.keeps.ServeHTTP(answer, r)
	if answer.Code == http.StatusNotFound {
		return Index{}
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &index); err != nil {
		t.Fatalf("%s: %v", answer.Body, err)
	}
	return index
}

// referrersOf returns what a repository has of a subject, and what is made up, in the order of digests.
func (g *Registry) referrersOf(repository string, subject digest.Digest) []Descriptor {
	all := slices.Clone(g.madeUp)
	for _, m := range g.kept[repository] {
		if m.subject == subject {
			all = append(all, m.Descriptor)
		}
	}
	slices.SortFunc(all, func(a, b Descriptor) int { return cmp.Compare(a.Digest, b.Digest) })
	return all
}

// madeUp returns descriptors of referrers that nobody has put.
func madeUp(n int) []Descriptor {
	all := make([]Descriptor, n)
	for i := range all {
		all[i] = Descriptor{MediaType: imageType, Digest: digest.FromString(fmt.Sprint(i)), Size: 1, ArtifactType: "x/y"}
	}
	return all
}
