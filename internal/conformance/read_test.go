package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/authn"
	ggcr "github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/internal/imagename"
	"ecrmirror/testkit/corpus"
)

// A reader reads a repository by a client that is not this project's.
type reader interface {
	// tagged returns what the tag points to, and its media type.
	tagged(context.Context) (content []byte, mediaType string, err error)
	// manifest returns a manifest by its digest, and its media type.
	manifest(context.Context, digest.Digest) (content []byte, mediaType string, err error)
	blob(context.Context, digest.Digest) (io.ReadCloser, error)
}

// check reads the whole image, and compares every byte with the layout that it came from.
func check(t *testing.T, r reader, dir string, image corpus.Image) {
	t.Helper()
	content, mediaType, err := r.tagged(t.Context())
	checkManifest(t, "the tag", dir, image.Root, content, mediaType, err)
	for _, desc := range image.Manifests {
		content, mediaType, err := r.manifest(t.Context(), desc.Digest)
		checkManifest(t, "manifest "+desc.Digest.String(), dir, desc, content, mediaType, err)
	}
	for _, desc := range image.Blobs {
		if err := checkBlob(t.Context(), r, dir, desc); err != nil {
			t.Errorf("blob %s of %d bytes: %v", desc.Digest, desc.Size, err)
		}
	}
}

func checkManifest(t *testing.T, what, dir string, want v1.Descriptor, content []byte, mediaType string, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	written, err := os.ReadFile(blobPath(dir, want.Digest))
	if err != nil {
		t.Fatal(err)
	}
	if string(content) != string(written) || mediaType != want.MediaType {
		t.Errorf("%s: %d bytes of type %s, want %d bytes of type %s:\n%s", what, len(content), mediaType, len(written),
			want.MediaType, content)
	}
}

func checkBlob(ctx context.Context, r reader, dir string, want v1.Descriptor) error {
	got, err := r.blob(ctx, want.Digest)
	if err != nil {
		return err
	}
	defer got.Close()
	written, err := os.Open(blobPath(dir, want.Digest))
	if err != nil {
		return err
	}
	defer written.Close()
	return equal(got, written)
}

// equal compares two streams.
func equal(got, want io.Reader) error {
	g, w := make([]byte, 1<<18), make([]byte, 1<<18)
	for off := int64(0); ; {
		n, err := io.ReadFull(got, g)
		m, wantErr := io.ReadFull(want, w)
		if string(g[:n]) != string(w[:m]) {
			return fmt.Errorf("other bytes at or after byte %d", off)
		}
		if ended := isEnd(err); ended && isEnd(wantErr) {
			return nil
		} else if err != nil && !ended {
			return err
		}
		off += int64(n)
	}
}

func isEnd(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

func blobPath(dir string, d digest.Digest) string {
	return filepath.Join(dir, "blobs", string(d.Algorithm()), d.Encoded())
}

// sdkReader reads by the AWS SDK, and what it is given URLs for by plain HTTP.
type sdkReader struct {
	client *ecr.Client
	name   imagename.Name
}

func (r *sdkReader) tagged(ctx context.Context) ([]byte, string, error) {
	return r.get(ctx, types.ImageIdentifier{ImageTag: &r.name.Tag})
}

func (r *sdkReader) manifest(ctx context.Context, d digest.Digest) ([]byte, string, error) {
	return r.get(ctx, types.ImageIdentifier{ImageDigest: aws.String(d.String())})
}

func (r *sdkReader) get(ctx context.Context, id types.ImageIdentifier) ([]byte, string, error) {
	out, err := r.client.BatchGetImage(ctx, &ecr.BatchGetImageInput{
		RegistryId: &r.name.ECR.Account, RepositoryName: &r.name.Repository, ImageIds: []types.ImageIdentifier{id},
		AcceptedMediaTypes: []string{
			"application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
			"application/vnd.docker.distribution.manifest.list.v2+json",
			"application/vnd.docker.distribution.manifest.v2+json",
			"application/vnd.docker.distribution.manifest.v1+prettyjws",
			"application/vnd.docker.distribution.manifest.v1+json",
		},
	})
	if err != nil {
		return nil, "", err
	}
	if len(out.Failures) > 0 {
		return nil, "", &failure{out.Failures[0].FailureCode}
	}
	return []byte(aws.ToString(out.Images[0].ImageManifest)), aws.ToString(out.Images[0].ImageManifestMediaType), nil
}

// A failure is ECR's code for an image that it does not give.
type failure struct{ code types.ImageFailureCode }

func (f *failure) Error() string { return string(f.code) }

func (r *sdkReader) blob(ctx context.Context, d digest.Digest) (io.ReadCloser, error) {
	out, err := r.client.GetDownloadUrlForLayer(ctx, &ecr.GetDownloadUrlForLayerInput{
		RegistryId: &r.name.ECR.Account, RepositoryName: &r.name.Repository, LayerDigest: aws.String(d.String()),
	})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, aws.ToString(out.DownloadUrl), nil)
	if err != nil {
		return nil, err
	}
	answer, err := lone().Do(req)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		return nil, errors.New(answer.Status)
	}
	return answer.Body, nil
}

// v2Reader reads over /v2/ by go-containerregistry.
type v2Reader struct {
	image  ggcr.Reference
	puller *remote.Puller
}

func newV2Reader(t *testing.T, image string, login authn.Authenticator) *v2Reader {
	t.Helper()
	ref, err := ggcr.ParseReference(image, ggcr.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	puller, err := remote.NewPuller(remote.WithAuth(login))
	if err != nil {
		t.Fatal(err)
	}
	return &v2Reader{ref, puller}
}

func (r *v2Reader) tagged(ctx context.Context) ([]byte, string, error) { return r.get(ctx, r.image) }

func (r *v2Reader) manifest(ctx context.Context, d digest.Digest) ([]byte, string, error) {
	return r.get(ctx, r.image.Context().Digest(d.String()))
}

func (r *v2Reader) get(ctx context.Context, ref ggcr.Reference) ([]byte, string, error) {
	desc, err := r.puller.Get(ctx, ref)
	if err != nil {
		return nil, "", err
	}
	return desc.Manifest, string(desc.MediaType), nil
}

func (r *v2Reader) blob(ctx context.Context, d digest.Digest) (io.ReadCloser, error) {
	layer, err := r.puller.Layer(ctx, r.image.Context().Digest(d.String()))
	if err != nil {
		return nil, err
	}
	return layer.Compressed()
}
