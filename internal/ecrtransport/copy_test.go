package ecrtransport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"ecrmirror/internal/ecr"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/copy"
	"go.podman.io/image/v5/manifest"
	"go.podman.io/image/v5/oci/layout"
	"go.podman.io/image/v5/pkg/blobinfocache/none"
	"go.podman.io/image/v5/signature"
	"go.podman.io/image/v5/types"
)

// copyImage copies as the library does it: all instances, digests kept.
func copyImage(t *testing.T, from, to types.ImageReference) error {
	t.Helper()
	policy, err := signature.NewPolicyContext(&signature.Policy{
		Default: []signature.PolicyRequirement{signature.NewPRInsecureAcceptAnything()},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer policy.Destroy()
	_, err = copy.Image(t.Context(), policy, to, from, &copy.Options{
		PreserveDigests: true, ImageListSelection: copy.CopyAllImages, ReportWriter: io.Discard,
	})
	return err
}

// everything returns all content of an image by digest, the root's manifest under "".
func everything(t *testing.T, ref types.ImageReference) map[digest.Digest]string {
	t.Helper()
	src, err := ref.NewImageSource(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	all := map[digest.Digest]string{}
	collect(t.Context(), t, src, nil, all)
	return all
}

func collect(
	ctx context.Context, t *testing.T, src types.ImageSource, instance *digest.Digest, all map[digest.Digest]string,
) {
	t.Helper()
	content, mediaType, err := src.GetManifest(ctx, instance)
	if err != nil {
		t.Fatal(err)
	}
	key := digest.Digest("")
	if instance != nil {
		key = *instance
	}
	all[key] = string(content)
	var m struct {
		Config    *descriptor
		Layers    []descriptor
		Manifests []descriptor
	}
	if err := json.Unmarshal(content, &m); err != nil {
		t.Fatal(err)
	}
	if manifest.MIMETypeIsMultiImage(mediaType) != (len(m.Manifests) > 0) {
		t.Errorf("type %s of a manifest with %d instances", mediaType, len(m.Manifests))
	}
	for _, i := range m.Manifests {
		collect(ctx, t, src, &i.Digest, all)
	}
	if m.Config != nil {
		m.Layers = append(m.Layers, *m.Config)
	}
	for _, blob := range m.Layers {
		body, _, err := src.GetBlob(ctx, types.BlobInfo{Digest: blob.Digest, Size: blob.Size}, none.NoCache)
		if err != nil {
			t.Fatal(err)
		}
		bytes, err := io.ReadAll(body)
		if err != nil || digest.FromBytes(bytes) != blob.Digest {
			t.Errorf("blob %s: %d bytes, %v", blob.Digest, len(bytes), err)
		}
		all[blob.Digest] = string(bytes)
		body.Close()
	}
}

func TestCopyKeepsEveryByte(t *testing.T) {
	for name, build := range kinds {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			from := build(newDirImage(t))
			want := everything(t, from)
			stops := []types.ImageReference{w.reference(here + ":v1"), w.reference(there + ":v1")}
			if !strings.Contains(name, "Docker") { // an OCI layout comes first
				oci, err := layout.NewReference(t.TempDir(), "v1")
				if err != nil {
					t.Fatal(err)
				}
				stops = append([]types.ImageReference{oci}, stops...)
			}
			for _, to := range stops {
				if err := copyImage(t, from, to); err != nil {
					t.Fatalf("copying to %s:%s: %v", to.Transport().Name(), to.StringWithinTransport(), err)
				}
				if !cmp.Equal(want, everything(t, to)) {
					t.Errorf("other content in %s:%s", to.Transport().Name(), to.StringWithinTransport())
				}
				from = to
			}
			for _, image := range []string{here, there} {
				if got, err := w.client.Digest(t.Context(), parse(t, image+":v1")); err != nil ||
					got != digest.FromString(want[""]) {
					t.Errorf("%s has %s, %v", image, got, err)
				}
			}
			w.checkBudget()
		})
	}
}

func TestCopySendsNothingTwice(t *testing.T) {
	w := newWorld(t)
	from := kinds["OCI index with shared layers and attestations"](newDirImage(t))
	for _, tag := range []string{":v1", ":v1", ":v2"} {
		if err := copyImage(t, from, w.reference(here+tag)); err != nil {
			t.Fatal(err)
		}
	}
	var size int64
	for d, content := range everything(t, from) {
		if d != "" && !bytes.Contains([]byte(content), []byte("schemaVersion")) {
			size += int64(len(content))
		}
	}
	if n := w.stats.Snapshot().BytesWritten["111122223333/us-east-1/app"]; n != size {
		t.Errorf("%d bytes sent, the image's blobs have %d", n, size)
	}
}

func TestCopyReportsWhatIsMissing(t *testing.T) {
	w := newWorld(t)
	none := strings.Replace(here, "/app", "/none", 1)
	from := kinds["Docker v2s2"](newDirImage(t))
	err := copyImage(t, from, w.reference(none))
	if !errors.Is(err, ecr.ErrRepositoryNotFound) || !strings.Contains(err.Error(), "aws ecr create-repository") {
		t.Errorf("copy to no repository: %v", err)
	}
	if err := copyImage(t, w.reference(none), w.reference(here)); !errors.Is(err, ecr.ErrRepositoryNotFound) {
		t.Errorf("copy from no repository: %v", err)
	}
	if err := copyImage(t, w.reference(there+":none"), w.reference(here)); !errors.Is(err, ecr.ErrImageNotFound) {
		t.Errorf("copy of no image: %v", err)
	}
}

func TestCopyIntoImmutableTags(t *testing.T) {
	w := newWorld(t)
	frozen := strings.Replace(here, "/app", "/frozen", 1) + ":v1"
	w.create(frozen, immutable)
	from := kinds["Docker manifest list"](newDirImage(t))
	for range 2 {
		if err := copyImage(t, from, w.reference(frozen)); err != nil {
			t.Fatal(err)
		}
	}
	if err := copyImage(t, kinds["Docker v2s2"](newDirImage(t)), w.reference(frozen)); !errors.Is(err,
		ecr.ErrImmutableTag) {
		t.Errorf("got %v", err)
	}
}
