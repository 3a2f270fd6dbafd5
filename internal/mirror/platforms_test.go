package mirror_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/platforms"
)

// A destination has what is left of the index by the rule, byte for byte, and all of what that names; of what was
// dropped nothing was read. Attestations go where their platform goes.
func TestSomePlatformsAreCopied(t *testing.T) {
	w := newWorld(t)
	raw, elements := w.pushPlatforms("HOST/src:1", "linux/amd64", "", "linux/arm64", "", "linux/s390x", "windows/amd64")
	want := trim(t, raw, "linux/amd64,linux/s390x")
	w.breakWith(nil)
	report := copyPlatforms(t, w, "linux/s390x,linux/amd64", "HOST/src:1", "HOST/a:1", "HOST/b:1", "oci:"+t.TempDir()+":1")
	if states(report) != "copied,copied,copied" {
		t.Fatalf("%s: %v", states(report), report.Err())
	}
	if report.Digest != want.Digest || report.SourceDigest != digest.FromBytes(raw) || report.Manifests != 4 {
		t.Errorf("%+v, want %s of %s", report, want.Digest, digest.FromBytes(raw))
	}
	if got, wanted := fmt.Sprintf("%+v", *report.Platforms), "{Wanted:[linux/amd64 linux/s390x] "+
		"Kept:[linux/amd64 linux/s390x] MoreKept:0 Dropped:[linux/arm64 windows/amd64] MoreDropped:0 Missing:[]}"; got != wanted {
		t.Errorf("%s, want %s", got, wanted)
	}
	if got, err := remote.Get(w.ref("HOST/b:1")); err != nil || !bytes.Equal(got.Manifest, want.Bytes) {
		t.Errorf("b has %v, %v", got, err)
	}
	for n, e := range elements {
		kept := []bool{true, true, false, false, true, false}[n]
		for _, d := range e.of(t) {
			if read := w.count(http.MethodGet, d) > 0; read != kept {
				t.Errorf("%s of element %d (%s) was asked for: %v", d, n, e.platform, read)
			}
		}
		if there := w.digest("HOST/a@"+e.of(t)[0]) != ""; there != kept {
			t.Errorf("element %d (%s) is there: %v", n, e.platform, there)
		}
	}
}

// An index within an index is copied whole, whatever it is for.
func TestANestedIndexIsKept(t *testing.T) {
	w := newWorld(t)
	inner, err := random.Index(500, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	idx := v1.ImageIndex(empty.Index)
	for _, architecture := range []string{"amd64", "arm64"} {
		idx = mutate.AppendManifests(idx, mutate.IndexAddendum{
			Add: w.pushFor("HOST/src:x", "linux", architecture), Descriptor: v1.Descriptor{
				Platform: &v1.Platform{OS: "linux", Architecture: architecture},
			},
		})
	}
	idx = mutate.AppendManifests(idx, mutate.IndexAddendum{Add: inner})
	err = remote.WriteIndex(w.ref("HOST/src:1").(name.Tag), idx)
	if err != nil {
		t.Fatal(err)
	}
	report := copyPlatforms(t, w, "linux/arm64", "HOST/src:1", "HOST/a:1")
	within, _ := inner.Digest()
	if states(report) != "copied" || report.Manifests != 5 || w.digest("HOST/a@"+within.String()) == "" {
		t.Errorf("%+v, %v", report, report.Err())
	}
}

// The tag moves between two questions, and the image that it was at is gone: what is copied is of the new one.
func TestTheTagOfAnIndexThatIsTrimmedMoves(t *testing.T) {
	w := newWorld(t)
	was, _ := w.pushPlatforms("HOST/src:1", "linux/amd64", "linux/arm64")
	w.pushFor("HOST/a:1", "linux", "arm64") // so that the source is asked for the digest first
	var now []byte
	moved := false
	w.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
		gone := strings.HasSuffix(r.URL.Path, digest.FromBytes(was).String())
		if gone {
			rw.WriteHeader(http.StatusNotFound)
		}
		if gone && !moved {
			moved = true
			now, _ = w.pushPlatforms("HOST/src:1", "linux/s390x", "linux/arm64")
		}
		return gone
	})
	report := copyPlatforms(t, w, "linux/arm64", "HOST/src:1", "HOST/a:1")
	if want := trim(t, now, "linux/arm64").Digest; states(report) != "copied" || report.Digest != want ||
		report.SourceDigest != digest.FromBytes(now) || w.digest("HOST/a:1") != want.String() {
		t.Errorf("%+v, %v", report, report.Err())
	}
}

// What is there is found by the digest that it should have: the root is read, and nothing else, and nothing is written.
func TestSomePlatformsThatAreThereAreNotCopiedAgain(t *testing.T) {
	w := newWorld(t)
	raw, _ := w.pushPlatforms("HOST/src:1", "linux/amd64", "linux/arm64")
	want := trim(t, raw, "linux/arm64")
	for _, state := range []string{"copied", "current"} {
		w.breakWith(nil)
		report := copyPlatforms(t, w, "linux/arm64", "HOST/src:1", "HOST/a:1")
		if states(report) != state || report.Results[0].Digest != want.Digest || report.Digest != want.Digest {
			t.Fatalf("%s: %+v", state, report)
		}
	}
	opening := 1 // go.podman.io/image reads the root when it opens an image
	if n := w.count(http.MethodGet, "/v2/src/manifests/"); n != opening+1 || w.count(http.MethodGet, "/blobs/") > 0 ||
		w.count(http.MethodPut, "") > 0 || w.count(http.MethodPost, "") > 0 {
		t.Errorf("%q", w.requests)
	}
	if report := copyPlatforms(t, w, "linux/amd64", "HOST/src:1", "HOST/a:1"); states(report) != "copied" {
		t.Errorf("other platforms: %v", report.Err())
	}
}

// Where nothing is dropped, the image is the source's.
func TestAllPlatformsAreTheImageItself(t *testing.T) {
	w := newWorld(t)
	raw, _ := w.pushPlatforms("HOST/src:1", "linux/amd64", "", "linux/arm64")
	mustCopy(t, w, "HOST/src:1", "HOST/b:1")
	report := copyPlatforms(t, w, "linux/amd64,linux/arm64,linux/riscv64", "HOST/src:1", "HOST/a:1", "HOST/b:1")
	if states(report) != "copied,current" || report.Digest != digest.FromBytes(raw) ||
		!slices.Equal(report.Platforms.Missing, []string{"linux/riscv64"}) || report.Platforms.Dropped != nil {
		t.Errorf("%+v %+v", report, report.Platforms)
	}
}

// What can't be had fails by name and for good, and nothing is written, whatever the destination has.
func TestPlatformsThatAreNotThere(t *testing.T) {
	w := newWorld(t)
	w.pushPlatforms("HOST/src:index", "linux/amd64", "linux/arm64")
	w.pushFor("HOST/src:single", "linux", "arm64")
	mustCopy(t, w, "HOST/src:single", "HOST/b:1")
	for _, c := range []struct{ tag, want string }{
		{"index", "no instance for linux/s390x: there is linux/amd64, linux/arm64"},
		{"single", "no instance for linux/s390x: there is linux/arm64"},
	} {
		w.breakWith(nil)
		report := copyPlatforms(t, w, "linux/s390x", "HOST/src:"+c.tag, "HOST/a:1", "HOST/b:1")
		var none *platforms.NoneError
		var sided *mirror.Error
		if err := report.Err(); states(report) != "failed,failed" || report.Results[0].Transient || !errors.As(err, &none) ||
			!errors.As(err, &sided) || sided.Side != mirror.Source || sided.Op != "choosing platforms" ||
			!strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%s: %s, %v", c.tag, states(report), err)
		}
		if w.count(http.MethodPut, "") > 0 || w.count(http.MethodPost, "") > 0 || report.Digest != "" {
			t.Errorf("%s: %q", c.tag, w.requests)
		}
		if n := w.count(http.MethodGet, "/v2/src/manifests/"); n > 2 {
			t.Errorf("%s: read %d times", c.tag, n)
		}
	}
}

func TestAnImageOfThePlatformIsCopiedAsItIs(t *testing.T) {
	w := newWorld(t)
	for _, system := range []string{"linux", ""} { // which does not say
		want, _ := w.pushFor("HOST/src:1", system, "arm64").Digest()
		report := copyPlatforms(t, w, "linux/amd64,linux/arm64", "HOST/src:1", "HOST/a:1")
		if states(report) != "copied" || report.Digest.String() != want.String() || w.digest("HOST/a:1") != want.String() {
			t.Errorf("%q: %+v, %v", system, report, report.Err())
		}
	}
}

// A destination by a digest is one of what is left, and not of the source.
func TestDigestsInNames(t *testing.T) {
	w := newWorld(t)
	raw, _ := w.pushPlatforms("HOST/src:1", "linux/amd64", "linux/arm64")
	source, want := digest.FromBytes(raw), trim(t, raw, "linux/arm64").Digest
	w.pushPlatforms("HOST/src:1", "linux/amd64") // the tag moves on
	report := copyPlatforms(t, w, "linux/arm64", fmt.Sprintf("HOST/src:1@%s", source), "HOST/a:1", "HOST/b@"+want.String(),
		"HOST/c@"+source.String())
	var mismatch *content.DigestMismatchError
	if states(report) != "copied,copied,failed" || report.SourceDigest != source || report.Digest != want ||
		!errors.As(report.Results[2].Err, &mismatch) || mismatch.Got != want {
		t.Errorf("%s: %v", states(report), report.Err())
	}
}

// The gate judges the root that its maker signed, and of the instances those that are copied.
func TestTheGateSeesTheRootAsItIsAtTheSource(t *testing.T) {
	w := newWorld(t)
	raw, elements := w.pushPlatforms("HOST/src:1", "linux/amd64", "linux/arm64", "")
	g := &gate{image: errRefused}
	report := copyAs(t, w, mirror.Options{Gate: g}, w.asking("linux/arm64", "HOST/src:1", "HOST/a:1"))
	want := []digest.Digest{
		digest.Digest(elements[1].of(t)[0]), digest.Digest(elements[2].of(t)[0]), digest.FromBytes(raw),
	}
	if states(report) != "failed" || len(g.asked) != 1 || !slices.Equal(g.asked[0], want) {
		t.Errorf("%v: asked about %v, want %v", report.Err(), g.asked, want)
	}
}

// Indexes that are too large to be copied side by side are trimmed in their turn, and none is read twice by then.
func TestLargeIndexesAreTrimmedInTheirTurn(t *testing.T) {
	w := newWorld(t)
	many := []string{"linux/amd64"}
	for i := range 700 {
		many = append(many, fmt.Sprintf("linux/arm/v%d", 10+i))
	}
	const images = 4
	var want []platforms.Trimmed
	there := map[string][]byte{} // by the end of the path
	for i := range images {
		raw := w.listing(fmt.Sprint("HOST/src:image", i), many...)
		if len(raw) < 100_000 {
			t.Fatalf("%d bytes", len(raw))
		}
		there[fmt.Sprint(i)], there[digest.FromBytes(raw).String()] = raw, raw
		want = append(want, trim(t, raw, "linux/amd64"))
	}
	w.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
		_, name, _ := strings.Cut(r.URL.Path, "/src/manifests/")
		raw, is := there[name]
		if is {
			rw.Header().Set("Content-Type", ociIndex)
			rw.Header().Set("Docker-Content-Digest", digest.FromBytes(raw).String())
			_, _ = rw.Write(raw)
		}
		return is
	})
	asked := w.asking("linux/amd64", "HOST/src:0,1,2,3", "HOST/a:*")
	mirror.New(w, mirror.Options{}).Copy(t.Context(), asked, func(n int, r *mirror.Report) {
		if p := r.Platforms; r.Err() != nil || r.Digest != want[n].Digest || len(p.Dropped)+p.MoreDropped != 700 ||
			len(p.Dropped) > 20 {
			t.Errorf("%d: %+v, %v", n, r, r.Err())
		}
	})
}
