package corpus_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/manifest"

	"ecrmirror/testkit/corpus"
)

func TestCorpusIsTheSameEachTime(t *testing.T) {
	var written [3][]corpus.Image
	for i, salt := range []string{"", "", "salt"} {
		var err error
		if written[i], err = corpus.Write(filepath.Join(t.TempDir(), "layout"), salt); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(written[0], written[1]); diff != "" {
		t.Error(diff)
	}
	for i, image := range written[0] {
		if other := written[2][i]; other.Root.Digest == image.Root.Digest {
			t.Errorf("image %s is the same with another salt", image.Name)
		}
	}
}

func TestCorpusHasWhatItsDescriptorsSay(t *testing.T) {
	for _, c := range []struct {
		name   string
		images int
		write  func(dir string) ([]corpus.Image, error)
	}{
		{"all", len(corpus.Names()), func(dir string) ([]corpus.Image, error) { return corpus.Write(dir, "") }},
		{"named", 1, func(dir string) ([]corpus.Image, error) { return one(corpus.WriteNamed(dir, "", "attested")) }},
		{"huge", 1, func(dir string) ([]corpus.Image, error) { return one(corpus.WriteHuge(dir, "", 1<<20)) }},
		{"large", 1, func(dir string) ([]corpus.Image, error) { return one(corpus.WriteLarge(dir, "")) }},
		{"small", 5, func(dir string) ([]corpus.Image, error) { return corpus.WriteSmall(dir, "", 5) }},
	} {
		dir := filepath.Join(t.TempDir(), "layout")
		images, err := c.write(dir)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if len(images) != c.images {
			t.Errorf("%s: %d images, want %d", c.name, len(images), c.images)
		}
		for _, image := range images {
			checkImage(t, dir, image)
		}
	}
}

func one(image corpus.Image, err error) ([]corpus.Image, error) { return []corpus.Image{image}, err }

func checkImage(t *testing.T, dir string, image corpus.Image) {
	t.Helper()
	for _, desc := range append(image.Manifests, image.Blobs...) {
		content, err := os.ReadFile(filepath.Join(dir, "blobs", "sha256", desc.Digest.Encoded()))
		if err != nil {
			t.Fatal(err)
		}
		if digest.FromBytes(content) != desc.Digest || int64(len(content)) != desc.Size {
			t.Errorf("%s: %s of %d bytes is %d bytes of %s", image.Name, desc.Digest, desc.Size, len(content),
				digest.FromBytes(content))
		}
	}
}

func TestSmallImagesShareOneLayer(t *testing.T) {
	images, err := corpus.WriteSmall(filepath.Join(t.TempDir(), "layout"), "", 3)
	if err != nil {
		t.Fatal(err)
	}
	uses := map[digest.Digest]int{}
	for _, image := range images {
		for _, blob := range image.Blobs {
			uses[blob.Digest]++
		}
	}
	shared := 0
	for _, n := range uses {
		if n == len(images) {
			shared++
		}
	}
	if len(uses) != 7 || shared != 1 {
		t.Errorf("%d blobs, %d shared by all, want 7 and 1", len(uses), shared)
	}
}

func TestSchema1IsSignedAndNamesItsLayers(t *testing.T) {
	image, err := corpus.NewSchema1("")
	if err != nil {
		t.Fatal(err)
	}
	if got := manifest.GuessMIMEType(image.Manifest); got != image.MediaType {
		t.Errorf("the manifest looks like %s, not %s", got, image.MediaType)
	}
	if digest.FromBytes(image.Manifest) == image.Digest {
		t.Error("the digest includes the signatures")
	}
	if ok, err := manifest.MatchesDigest(image.Manifest, image.Digest); err != nil || !ok {
		t.Errorf("the digest is not that of the signed payload: %v", err)
	}
	var m struct {
		FSLayers []struct{ BlobSum digest.Digest }
	}
	if err := json.Unmarshal(image.Manifest, &m); err != nil {
		t.Fatal(err)
	}
	if len(m.FSLayers) != len(image.Layers) {
		t.Fatalf("%d layers in the manifest, %d made", len(m.FSLayers), len(image.Layers))
	}
	for i, layer := range m.FSLayers { // the topmost first
		if want := digest.FromBytes(image.Layers[len(image.Layers)-1-i]); layer.BlobSum != want {
			t.Errorf("layer %d is %s, want %s", i, layer.BlobSum, want)
		}
	}
}
