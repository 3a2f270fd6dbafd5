package conformance

import (
	"math/rand"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// An agreeImage is one of a few images that all repositories have their tags from, so that some are equal.
type agreeImage struct {
	content remote.Taggable // a v1.Image or a v1.ImageIndex
	digest  string
}

// How many images there are, of which the last are indexes.
const (
	agreeImages  = 12
	agreeIndexes = 2
)

// newAgreeImages makes the images, the same in each run, and as many again of which no blob is the same: a registry may
// have a blob of what can't be read from what can. Those of each half share a layer.
func newAgreeImages(t *testing.T) []agreeImage {
	t.Helper()
	return append(newAgreeHalf(t, 100), newAgreeHalf(t, 200)...)
}

func newAgreeHalf(t *testing.T, seed int64) []agreeImage {
	t.Helper()
	source := random.WithSource(rand.NewSource(seed - 1))
	shared, err := random.Layer(900, "application/vnd.oci.image.layer.v1.tar", source)
	if err != nil {
		t.Fatal(err)
	}
	images := make([]agreeImage, agreeImages)
	for n := range images {
		source := random.WithSource(rand.NewSource(seed + int64(n)))
		if n >= agreeImages-agreeIndexes {
			index, err := agreeIndex(source)
			images[n] = digested(t, index, err)
			continue
		}
		image, err := random.Image(int64(500+n), 1, source)
		if err == nil {
			image, err = mutate.AppendLayers(image, shared)
		}
		if err == nil && n < len(agreePlatforms) { // others do not say
			image, err = mutate.ConfigFile(image, &v1.ConfigFile{OS: "linux", Architecture: agreePlatforms[n]})
		}
		images[n] = digested(t, image, err)
	}
	return images
}

// agreePlatforms are the architectures of an index's instances, and of the first images.
var agreePlatforms = []string{"amd64", "arm64", "riscv64"}

// agreeIndex returns an index of an instance for each platform.
func agreeIndex(source random.Option) (v1.ImageIndex, error) {
	index := v1.ImageIndex(empty.Index)
	for _, architecture := range agreePlatforms {
		image, err := random.Image(700, 1, source)
		if err != nil {
			return nil, err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{
			Platform: &v1.Platform{OS: "linux", Architecture: architecture},
		}})
	}
	return index, nil
}

func digested(t *testing.T, content interface {
	remote.Taggable
	Digest() (v1.Hash, error)
}, err error,
) agreeImage {
	t.Helper()
	var hash v1.Hash
	if err == nil {
		hash, err = content.Digest()
	}
	if err != nil {
		t.Fatal(err)
	}
	return agreeImage{content, hash.String()}
}

// push pushes an image under a name.
func (i agreeImage) push(to string, opts ...remote.Option) error {
	ref, err := name.ParseReference(to)
	if err != nil {
		return err
	}
	if index, ok := i.content.(v1.ImageIndex); ok {
		return remote.WriteIndex(ref, index, opts...)
	}
	return remote.Write(ref, i.content.(v1.Image), opts...)
}

// inProcess asks a registry of this process, whatever host a request names.
type inProcess struct{ http.Handler }

// RoundTrip implements [http.RoundTripper].
func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil { // which a server's request always has
		r = r.Clone(r.Context())
		r.Body = http.NoBody
	}
	recorder := httptest.NewRecorder()
	p.ServeHTTP(recorder, r)
	response := recorder.Result()
	response.Request = r
	return response, nil
}
