package request_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/request"
)

const one = digest.Digest("sha256:1111111111111111111111111111111111111111111111111111111111111111")

// asking returns a request of texts, whatever they mean.
func asking(source string, has digest.Digest, destinations ...string) request.Request {
	r := request.Request{Images: []request.Image{{Source: imagename.Written{Text: source}, Digest: has}}}
	for _, text := range destinations {
		r.Destinations = append(r.Destinations, imagename.Written{Text: text})
	}
	return r
}

// batchName is what Batch takes as a job name.
var batchName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$`)

func FuzzEveryNameIsOneThatBatchTakes(f *testing.F) {
	for _, source := range []string{
		"alpine", "docker.io/library/alpine:3.20", "r/a@" + one.String(), "oci:/data/layout:tag", "dir:/a b/ü", "",
		"___", "-/-", strings.Repeat("long/", 60) + "name:tag", strings.Repeat("-", 300),
	} {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		name := asking(source, one).Name()
		if !batchName.MatchString(name) {
			t.Errorf("name of %q is %q", source, name)
		}
	})
}

func TestNamesDifferWhereTheWorkDoes(t *testing.T) {
	two := digest.FromString("two")
	several := func(requests ...request.Request) (r request.Request) {
		for _, other := range requests {
			r.Images = append(r.Images, other.Images...)
		}
		return r
	}
	seen := map[string]request.Request{}
	for _, r := range []request.Request{
		asking("r/a:1", one), asking("r/a:1", two), asking("r/a-1", one), asking("R/a:1", one),
		several(asking("r/a:1", one), asking("r/a:2", one)), several(asking("r/a:1", one), asking("r/a:2", two)),
	} {
		name := r.Name()
		if other, taken := seen[name]; taken {
			t.Errorf("%v and %v are both called %q", r, other, name)
		}
		seen[name] = r
		if stem, ours := request.StemOf(name); !ours || stem != r.Stem() {
			t.Errorf("the stem of %q is %q, %v", name, stem, ours)
		}
	}
	to := func(destinations ...string) string { return asking("r/a:1", one, destinations...).Name() }
	if to("x", "y") != to("y", "x") || to("x") == to("y") {
		t.Error("the name is not the destinations', in whatever order")
	}
}

func TestANameShowsTheEndOfALongSource(t *testing.T) {
	name := asking(strings.Repeat("namespace/", 30)+"image:tag", one).Name()
	if len(name) != 128 || !strings.Contains(name, "-namespace-image-tag-") {
		t.Errorf("name %q of %d characters", name, len(name))
	}
}
