package conformance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/testkit/corpus"
)

// Docker's first schema goes from ECR to ECR only: no OCI layout holds it, and the
// registries of today refuse it, localstack's ordinary one (distribution 3) among them.
// copy.Image refuses it, too: it would write the destination's name into the manifest,
// which must not change.
func TestASignedSchema1ImageArrivesByteForByte(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, p *place) {
		made, err := corpus.NewSchema1(p.salt)
		if err != nil {
			t.Fatal(err)
		}
		dir, image := writeSchema1(t, made)
		stops := p.stops(t, "schema1", image)
		from, to, registry := stops[0], stops[1], stops[2]
		push(t, from.readers[0].(*sdkReader), made)
		ways := p.ways(t)
		if err := ways[0].copy(t.Context(), from.image, to.image); err != nil {
			t.Fatal(err)
		}
		for _, r := range append(from.readers, to.readers...) {
			check(t, r, dir, image)
		}
		if err := ways[0].copy(t.Context(), from.image, registry.image); err == nil {
			t.Error("the ordinary registry took it")
		}
		const refusal = "would change the manifest, which we cannot do"
		if err := ways[1].copy(t.Context(), from.image, stops[3].image); err == nil ||
			!strings.Contains(err.Error(), refusal) {
			t.Errorf("copy.Image: %v, want %q", err, refusal)
		}
	})
}

// writeSchema1 writes the image's content as a layout has it, to be compared with.
func writeSchema1(t *testing.T, made corpus.Schema1) (dir string, image corpus.Image) {
	t.Helper()
	dir = t.TempDir()
	image = corpus.Image{Name: "schema1", Root: v1.Descriptor{MediaType: made.MediaType, Digest: made.Digest}}
	image.Manifests = []v1.Descriptor{image.Root}
	write := func(d digest.Digest, content []byte) {
		path := blobPath(dir, d)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(made.Digest, made.Manifest)
	for _, layer := range made.Layers {
		d := digest.FromBytes(layer)
		write(d, layer)
		image.Blobs = append(image.Blobs, v1.Descriptor{Digest: d, Size: int64(len(layer))})
	}
	return dir, image
}

// push puts the image into ECR by the SDK alone.
func push(t *testing.T, to *sdkReader, made corpus.Schema1) {
	t.Helper()
	registry, repository := &to.name.ECR.Account, &to.name.Repository
	for _, layer := range made.Layers {
		begun, err := to.client.InitiateLayerUpload(t.Context(),
			&ecr.InitiateLayerUploadInput{RegistryId: registry, RepositoryName: repository})
		if err != nil {
			t.Fatal(err)
		}
		_, err = to.client.UploadLayerPart(t.Context(), &ecr.UploadLayerPartInput{
			RegistryId: registry, RepositoryName: repository, UploadId: begun.UploadId, LayerPartBlob: layer,
			PartFirstByte: aws.Int64(0), PartLastByte: aws.Int64(int64(len(layer)) - 1),
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = to.client.CompleteLayerUpload(t.Context(), &ecr.CompleteLayerUploadInput{
			RegistryId: registry, RepositoryName: repository, UploadId: begun.UploadId,
			LayerDigests: []string{digest.FromBytes(layer).String()},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := to.client.PutImage(t.Context(), &ecr.PutImageInput{
		RegistryId: registry, RepositoryName: repository, ImageTag: &to.name.Tag,
		ImageManifest: aws.String(string(made.Manifest)), ImageManifestMediaType: &made.MediaType,
	})
	if err != nil {
		t.Fatal(err)
	}
}
