package conformance

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// Memory is bounded however large the manifests of images are that are copied side by side.
func TestWhatARequestTakesIsBounded(t *testing.T) {
	const count, budget = 8, 8 << 20
	w := &extremes{t, filepath.Join(t.TempDir(), "layout"), map[string]v1.Descriptor{}}
	var tags []string
	for i := range count {
		tags = append(tags, fmt.Sprint("v", i))
		w.named[tags[i]] = w.image(tags[i], 2, manifestLimit)
	}
	w.finish()
	local := startLocalstack(t)
	at := local.host() + "/bounds/several"
	for _, tag := range tags {
		if _, out, err := watched(t, mirrorProgram(local.url, "oci:"+w.dir+":"+tag, at+"/1:"+tag)); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	p := runWatched(t, local, budget, at+"/1:"+strings.Join(tags, ","), at+"/2:*")
	checkBounds(t, fmt.Sprint(count, " images"), p, budget)
	for _, tag := range tags {
		there := watcher{repository: local.url + "/v2/bounds/several/2"}
		if _, body, err := there.get(t.Context(), "GET", "/manifests/"+tag); err != nil ||
			digest.FromBytes(body) != w.named[tag].Digest {
			t.Errorf("%s: %d bytes of another digest, %v", tag, len(body), err)
		}
	}
}
