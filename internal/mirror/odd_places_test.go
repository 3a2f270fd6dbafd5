package mirror_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror"
)

// A root that its registry knows by SHA-512 is the same image by SHA-256, which is what destinations tell.
func TestARootOfAnotherDigestIsCurrentOnceItIsThere(t *testing.T) {
	root := imageOf(descriptor("blob", 4))
	other := digest.SHA512.FromString(root).String()
	b := newBench(t)
	for name, source := range map[string]string{"by tag": "src:1", "by digest": "src@" + other} {
		s := serve(ociManifest, root, map[string]served{other: {mediaType: ociManifest, content: []byte(root)}})
		s.oddly = func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodHead && strings.HasPrefix(r.URL.Path, "/v2/src/manifests/") {
				w.Header().Set("Docker-Content-Digest", other)
				return true
			}
			return false
		}
		s.blobs, s.manifests = map[string][]byte{}, map[string][]byte{}
		b.now.Store(s)
		parse := func(name string) imagename.Name {
			n, err := imagename.ParseImage(b.host + "/" + name)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		for _, want := range []mirror.State{mirror.Copied, mirror.Current} {
			result := b.copier.CopyImage(t.Context(), parse(source), parse("dst:1")).Results[0]
			if result.State != want || result.Digest != digest.FromString(root) {
				t.Errorf("%s: %+v", name, result)
			}
		}
		result := b.copier.CopyImage(t.Context(), parse(source), parse("dst:2@"+other),
			parse("dst:3@"+digest.SHA512.FromString("x").String()))
		if result.Results[0].State != mirror.Copied || result.Results[1].State != mirror.Failed {
			t.Errorf("%s: %v", name, result.Err())
		}
	}
}

// Amazon ECR takes no index of blobs, which is told before anything is asked of it.
func TestECRHoldsNoIndexOfBlobs(t *testing.T) {
	b := newBench(t)
	s := serve(ociIndex, indexOf(typed(ociLayer, "layer")),
		map[string]served{digest.FromString("layer").String(): blob("layer")})
	b.now.Store(s)
	source, err := imagename.ParseImage(b.host + "/src:1")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"111122223333.dkr.ecr.us-east-1.amazonaws.com/app:1", "public.ecr.aws/alias/app:1"} {
		dest, err := imagename.ParseImage(name)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		result := b.copier.CopyImage(ctx, source, dest).Results[0]
		cancel()
		if result.State != mirror.Failed || result.Transient || !strings.Contains(result.Err.Error(),
			"index "+digest.FromBytes(s.served["1"].content).String()+" is one of blobs") {
			t.Errorf("%s: %v", name, result.Err)
		}
	}
}
