package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/opencontainers/image-spec/specs-go"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/internal/imagename"
	"ecrmirror/testkit/slowregistry"
)

const (
	homeECR  = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
	otherECR = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
)

// A twiceWorld is where two programs at a time copy one image to the same destinations.
type twiceWorld struct {
	*place
	images   *slowregistry.Images
	registry *slowregistry.Server // has all versions, and breaks nothing
	layout   string               // an OCI layout that has them, too
	families []*family
	logins   map[string]string // to ECR, by host: values of the header Authorization
}

// A family is an image in three versions: what a tag was before, what it is to be, and what its source moves to
// meanwhile. Each has one layer more.
type family struct {
	name     string
	spec     slowregistry.Spec // of the first version
	share    int               // of 100 rounds
	versions [3]slowregistry.Contents
	length   int64 // how far a gauge comes for each destination
}

// Versions of a family.
const (
	old = iota
	first
	moved
)

// families are images of a few small layers, and one whose layers take several parts.
func families() []*family {
	return []*family{
		{name: "single", share: 40, spec: slowregistry.Spec{Layers: 2, LayerSize: 96 << 10, Seed: 11}},
		{name: "index", share: 35, spec: slowregistry.Spec{
			Platforms: 2, Layers: 2, LayerSize: 64 << 10, Shared: 1, Seed: 12,
		}},
		{name: "wide", share: 22, spec: slowregistry.Spec{
			Platforms: 3, Layers: 2, LayerSize: 160<<10 + 7, Shared: 2, Seed: 13,
		}},
		{name: "parts", share: 3, spec: slowregistry.Spec{Layers: 1, LayerSize: 11<<20 + 5, Seed: 14}},
	}
}

func newTwiceWorld(t *testing.T) *twiceWorld {
	t.Helper()
	local := startLocalstack(t, "--roles", "create")
	w := &twiceWorld{
		place: &place{aws: local.config(), local: local}, images: slowregistry.NewImages(),
		layout: filepath.Join(t.TempDir(), "layout"), families: families(), logins: map[string]string{},
	}
	var err error
	if w.registry, err = slowregistry.Start(t.Context(), w.images, slowregistry.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.registry.Close() })
	for _, host := range []string{homeECR, otherECR} {
		login, err := w.login(t, parse(t, host+"/any:v1")).Authorization()
		if err != nil {
			t.Fatal(err)
		}
		w.logins[host] = "Basic " + login.Auth
	}
	for _, f := range w.families {
		if err := w.make(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// make makes a family's versions, puts them everywhere that they may be read from, and finds out how long a copy is.
func (w *twiceWorld) make(ctx context.Context, f *family) error {
	if err := w.create(ctx, mustParse(homeECR+"/from/"+f.name+":v1"), types.ImageTagMutabilityMutable); err != nil {
		return err
	}
	for i := range f.versions {
		var err error
		if f.versions[i], err = w.images.Put("from/"+f.name, fmt.Sprint("v", i), f.at(i)); err != nil {
			return err
		}
		name := fmt.Sprintf("from/%s:v%d", f.name, i)
		for _, to := range []string{"oci:" + w.layout + ":" + fmt.Sprint(f.name, i), homeECR + "/" + name} {
			if err := w.engine().copy(ctx, w.registry.Host()+"/"+name, to); err != nil {
				return err
			}
		}
	}
	p := &program{twiceWorld: w, gauge: newGauge(1 << 62)}
	from := func(string) string { return "oci:" + w.layout + ":" + fmt.Sprint(f.name, first) }
	if err := p.run(ctx, from, func(host string) []string { return []string{host + "/measured/" + f.name + ":v1"} },
		func() {}); err != nil {
		return err
	}
	if p.code != 0 {
		return fmt.Errorf("exit code %d: %s", p.code, p.stderr.String())
	}
	f.length = p.gauge.passed
	return nil
}

// at is the spec of a version.
func (f *family) at(version int) slowregistry.Spec {
	spec := f.spec
	spec.Layers += version
	return spec
}

func mustParse(image string) imagename.Name {
	name, err := imagename.ParseImage(image)
	if err != nil {
		panic(err)
	}
	return name
}

// An origin is a tag that two programs read.
type origin struct {
	kind string
	// name is the image's; host is the registry that a program has for itself.
	name func(host string) string
	// set points the tag to a version.
	set func(ctx context.Context, version int) error
}

// fromRegistry is a tag of registries that redirect to an object store.
func (w *twiceWorld) fromRegistry(f *family, n uint64) origin {
	repository := fmt.Sprint("origin/", n)
	return origin{
		"registry", func(host string) string { return host + "/" + repository + ":v1" },
		func(_ context.Context, version int) error {
			_, err := w.images.Put(repository, "v1", f.at(version))
			return err
		},
	}
}

// fromECR is a tag of a repository in ECR.
func (w *twiceWorld) fromECR(f *family, n uint64) origin {
	name := mustParse(fmt.Sprintf("%s/from/%s:round-%d", homeECR, f.name, n))
	return origin{
		"ECR", func(string) string { return name.String() },
		func(ctx context.Context, version int) error {
			content, desc, err := w.root(f, version)
			if err != nil {
				return err
			}
			_, err = w.client(name).PutImage(ctx, &ecr.PutImageInput{
				RepositoryName: &name.Repository, ImageTag: &name.Tag,
				ImageManifest: aws.String(string(content)), ImageManifestMediaType: &desc.MediaType,
			})
			return err
		},
	}
}

// fromLayout is a tag of an OCI layout of its own, which shares blobs with others.
func (w *twiceWorld) fromLayout(f *family, n uint64) origin {
	dir := fmt.Sprintf("%s-%d", w.layout, n)
	return origin{
		"OCI layout", func(string) string { return "oci:" + dir + ":v1" },
		func(_ context.Context, version int) error {
			_, desc, err := w.root(f, version)
			if err != nil {
				return err
			}
			desc.Annotations = map[string]string{v1.AnnotationRefName: "v1"}
			index, err := json.Marshal(v1.Index{
				Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: v1.MediaTypeImageIndex,
				Manifests: []v1.Descriptor{desc},
			})
			if err != nil {
				return err
			}
			if err := os.MkdirAll(dir, 0o700); err != nil {
				return err
			}
			if err := os.Symlink(filepath.Join(w.layout, v1.ImageBlobsDir),
				filepath.Join(dir, v1.ImageBlobsDir)); err != nil && !os.IsExist(err) {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, v1.ImageLayoutFile), []byte(`{"imageLayoutVersion":"1.0.0"}`),
				0o600); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, "new"), index, 0o600); err != nil {
				return err
			}
			return os.Rename(filepath.Join(dir, "new"), filepath.Join(dir, v1.ImageIndexFile))
		},
	}
}

// root returns a version's root manifest.
func (w *twiceWorld) root(f *family, version int) ([]byte, v1.Descriptor, error) {
	d := f.versions[version].Root
	content, err := os.ReadFile(blobPath(w.layout, d))
	mediaType := v1.MediaTypeImageManifest
	if f.spec.Platforms > 0 {
		mediaType = v1.MediaTypeImageIndex
	}
	return content, v1.Descriptor{MediaType: mediaType, Digest: d, Size: int64(len(content))}, err
}
