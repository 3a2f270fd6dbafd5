package images_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/images"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/localstack/store"
	"ecrmirror/testkit/lent"
	"ecrmirror/testkit/refregistry"
)

// Registries and clients of others: distribution, which has no referrers API, and go-containerregistry, which reads
// what is put here and puts what is read here.
func TestReferrersAmongOthers(t *testing.T) {
	distribution, err := store.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for place, handler := range map[string]http.Handler{
		"distribution": distribution, "with the API": refregistry.New(refregistry.Standard()),
	} {
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		repository := server.Listener.Addr().String() + "/" + app
		image := refregistry.Image("subject")
		putAt(t, repository, image)
		subject := digest.FromBytes(image)
		ours := refregistry.Referrer(subject, "test/ours", "")
		putAt(t, repository, ours)

		theirs := theirReferrer(t, repository, subject)
		want := []artifacts.Artifact{
			{Digest: digest.FromBytes(ours), Size: int64(len(ours)), Type: "test/ours"}, theirs,
		}
		sameArtifacts(t, artifactsAt(t, repository), subject, want...)
		last := refregistry.Referrer(subject, "test/last", "")
		putAt(t, repository, last)
		want = append(want, artifacts.Artifact{Digest: digest.FromBytes(last), Size: int64(len(last)), Type: "test/last"})
		sameArtifacts(t, artifactsAt(t, repository), subject, want...)
		if got := listedByOthers(t, repository, subject); !slices.Equal(got, digestsOf(want)) {
			t.Errorf("%s: others list %q, want %q", place, got, digestsOf(want))
		}
	}
}

// putAt puts a manifest, and its config, as the copy engine does.
func putAt(t *testing.T, repository string, manifest []byte) {
	t.Helper()
	client := images.New(images.Options{})
	t.Cleanup(client.Close)
	to, err := client.Destination(t.Context(), parse(t, repository))
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	config := content.Blob{Digest: digest.FromString("{}"), Size: 2}
	if err := to.PutBlob(t.Context(), config, lent.By(strings.NewReader("{}"))); err != nil {
		t.Fatal(err)
	}
	m := port.Manifest{Digest: digest.FromBytes(manifest), Content: manifest}
	if err := to.PutManifest(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

// theirReferrer has go-containerregistry put a referrer, and keep the index where there is no API.
func theirReferrer(t *testing.T, repository string, subject digest.Digest) artifacts.Artifact {
	t.Helper()
	hash, err := v1.NewHash(subject.String())
	if err != nil {
		t.Fatal(err)
	}
	typed := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), "test/theirs")
	image, ok := mutate.Subject(typed, v1.Descriptor{MediaType: types.OCIManifestSchema1, Digest: hash}).(v1.Image)
	if !ok {
		t.Fatal("no image")
	}
	raw, err := image.RawManifest()
	if err != nil {
		t.Fatal(err)
	}
	d := digest.FromBytes(raw)
	at, err := name.NewDigest(repository + "@" + d.String())
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(at, image); err != nil {
		t.Fatal(err)
	}
	return artifacts.Artifact{Digest: d, Size: int64(len(raw)), Type: "test/theirs"}
}

// listedByOthers is what go-containerregistry lists, in order.
func listedByOthers(t *testing.T, repository string, subject digest.Digest) (all []digest.Digest) {
	t.Helper()
	at, err := name.NewDigest(repository + "@" + subject.String())
	if err != nil {
		t.Fatal(err)
	}
	index, err := remote.Referrers(at)
	if err != nil {
		t.Fatal(err)
	}
	list, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list.Manifests {
		all = append(all, digest.Digest(m.Digest.String()))
	}
	slices.Sort(all)
	return all
}

func digestsOf(list []artifacts.Artifact) (all []digest.Digest) {
	for _, a := range list {
		all = append(all, a.Digest)
	}
	slices.Sort(all)
	return all
}
