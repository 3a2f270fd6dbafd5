package scripttest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/rogpeppe/go-internal/testscript"

	ggcrtypes "github.com/google/go-containerregistry/pkg/v1/types"
)

// repository [-immutable|-shared] ACCOUNT/REGION/NAME creates an ECR repository, a shared one with a policy
// by which the home account's MirrorRole may read and write its images.
func repository(ts *testscript.TestScript, neg bool, args []string) {
	kind := ""
	if len(args) == 2 {
		kind, args = args[0], args[1:]
	}
	if neg || len(args) != 1 || strings.Count(args[0], "/") < 2 ||
		!slices.Contains([]string{"", "-immutable", "-shared"}, kind) {
		ts.Fatalf("usage: repository [-immutable|-shared] ACCOUNT/REGION/NAME")
	}
	account, rest, _ := strings.Cut(args[0], "/")
	region, repo, _ := strings.Cut(rest, "/")
	w := of(ts)
	cfg := w.server.Config()
	cfg.Region = region
	cfg.Credentials = credentials.NewStaticCredentialsProvider(account, "localstack", "")
	in := &ecr.CreateRepositoryInput{RepositoryName: aws.String(repo)}
	if kind == "-immutable" {
		in.ImageTagMutability = types.ImageTagMutabilityImmutable
	}
	client := ecr.NewFromConfig(cfg)
	_, err := client.CreateRepository(w.ctx, in)
	ts.Check(err)
	if kind != "-shared" {
		return
	}
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + w.server.Role(
		"MirrorRole") +
		`"},"Action":["` + strings.Join(otherAccounts, `","`) + `"]}]}`
	_, err = client.SetRepositoryPolicy(w.ctx, &ecr.SetRepositoryPolicyInput{
		RepositoryName: aws.String(repo), PolicyText: &policy,
	})
	ts.Check(err)
}

// push KIND IMAGE pushes a new image of random content. Kinds: image (OCI), docker,
// index (OCI, two platforms that share a layer), list (the same in Docker's types).
func push(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: push image|docker|index|list IMAGE")
	}
	ref, err := name.ParseReference(args[1])
	ts.Check(err)
	oci := args[0] == "image" || args[0] == "index"
	opts := []remote.Option{remote.WithContext(of(ts).ctx), of(ts).owner}
	switch args[0] {
	case "image", "docker":
		img, err := newImage(oci, "amd64", nil)
		ts.Check(err)
		ts.Check(remote.Write(ref, img, opts...))
	case "index", "list":
		idx, err := newIndex(oci)
		ts.Check(err)
		ts.Check(remote.WriteIndex(ref, idx, opts...))
	default:
		ts.Fatalf("no kind %q", args[0])
	}
}

func newImage(oci bool, arch string, shared v1.Layer) (v1.Image, error) {
	mediaType, layerType := ggcrtypes.DockerManifestSchema2, ggcrtypes.DockerLayer
	configType := ggcrtypes.DockerConfigJSON
	if oci {
		mediaType, layerType, configType = ggcrtypes.OCIManifestSchema1, ggcrtypes.OCILayer, ggcrtypes.OCIConfigJSON
	}
	img, err := mutate.ConfigFile(mutate.MediaType(empty.Image, mediaType), &v1.ConfigFile{
		OS: "linux", Architecture: arch, RootFS: v1.RootFS{Type: "layers"},
	})
	if err != nil {
		return nil, err
	}
	img = mutate.ConfigMediaType(img, configType)
	layer, err := random.Layer(200_000, layerType)
	if err != nil {
		return nil, err
	}
	layers := []v1.Layer{layer}
	if shared != nil {
		layers = append(layers, shared)
	}
	return mutate.AppendLayers(img, layers...)
}

func newIndex(oci bool) (v1.ImageIndex, error) {
	mediaType, layerType := ggcrtypes.DockerManifestList, ggcrtypes.DockerLayer
	if oci {
		mediaType, layerType = ggcrtypes.OCIImageIndex, ggcrtypes.OCILayer
	}
	shared, err := random.Layer(300_000, layerType)
	if err != nil {
		return nil, err
	}
	idx := mutate.IndexMediaType(empty.Index, mediaType)
	for _, arch := range []string{"amd64", "arm64"} {
		img, err := newImage(oci, arch, shared)
		if err != nil {
			return nil, err
		}
		idx = mutate.AppendManifests(idx, mutate.IndexAddendum{
			Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}},
		})
	}
	return idx, nil
}

// same IMAGE IMAGE... checks that the images are equal, and each is whole: every
// instance and blob is there and is what its digest says.
func same(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: same IMAGE IMAGE...")
	}
	var want v1.Hash
	for i, arg := range args {
		got, err := of(ts).whole(arg)
		ts.Check(err)
		if i == 0 {
			want = got
		} else if got != want {
			ts.Fatalf("%s is %s, not %s", arg, got, want)
		}
	}
}

// whole reads the image, all of it, and returns its digest.
func (w *world) whole(image string) (v1.Hash, error) {
	desc, err := w.get(image)
	if err != nil {
		return v1.Hash{}, err
	}
	if desc.MediaType.IsIndex() {
		idx, err := desc.ImageIndex()
		if err != nil {
			return v1.Hash{}, err
		}
		return desc.Digest, validate.Index(idx)
	}
	img, err := desc.Image()
	if err != nil {
		return v1.Hash{}, err
	}
	return desc.Digest, validate.Image(img)
}

func (w *world) get(image string) (*remote.Descriptor, error) {
	ref, err := name.ParseReference(image)
	if err != nil {
		return nil, err
	}
	return remote.Get(ref, remote.WithContext(w.ctx), w.owner)
}

// absent IMAGE... checks that there is no such image.
func absent(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: absent IMAGE...")
	}
	for _, arg := range args {
		if desc, err := of(ts).get(arg); err == nil {
			ts.Fatalf("%s is there: %s", arg, desc.Digest)
		}
	}
}

// imageSize returns the size in bytes of the image's blobs, each counted once.
func (w *world) imageSize(image string) (int64, error) {
	desc, err := w.get(image)
	if err != nil {
		return 0, err
	}
	if !desc.MediaType.IsIndex() {
		img, err := desc.Image()
		if err != nil {
			return 0, err
		}
		return sizeOf(img)
	}
	idx, err := desc.ImageIndex()
	if err != nil {
		return 0, err
	}
	manifest, err := idx.IndexManifest()
	if err != nil {
		return 0, err
	}
	var images []v1.Image
	for _, instance := range manifest.Manifests {
		img, err := idx.Image(instance.Digest)
		if err != nil {
			return 0, fmt.Errorf("instance %s: %w", instance.Digest, err)
		}
		images = append(images, img)
	}
	return sizeOf(images...)
}

func sizeOf(images ...v1.Image) (int64, error) {
	sizes := map[v1.Hash]int64{}
	for _, img := range images {
		manifest, err := img.Manifest()
		if err != nil {
			return 0, err
		}
		sizes[manifest.Config.Digest] = manifest.Config.Size
		for _, layer := range manifest.Layers {
			sizes[layer.Digest] = layer.Size
		}
	}
	var total int64
	for _, size := range sizes {
		total += size
	}
	return total, nil
}

// truncate IMAGE cuts the last layer of an image in half where it is stored.
func truncate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: truncate IMAGE")
	}
	desc, err := of(ts).get(args[0])
	ts.Check(err)
	img, err := desc.Image()
	ts.Check(err)
	manifest, err := img.Manifest()
	ts.Check(err)
	layer := manifest.Layers[len(manifest.Layers)-1]
	ts.Check(filepath.WalkDir(of(ts).data, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "data" && filepath.Base(filepath.Dir(path)) == layer.Digest.Hex {
			err = os.Truncate(path, layer.Size/2)
		}
		return err
	}))
}
