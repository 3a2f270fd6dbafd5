package mirror_test

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/mirror/port"
)

// What belongs to an image is there before its tag: each artifact after its subject, the tag last of all.
func TestArtifactsComeBeforeTheTag(t *testing.T) {
	w := newWorld(t)
	image := w.pushed(2)
	root, instance := image[0], image[1]
	sbom := w.refer(root, "application/spdx+json", "an SBOM")
	signed := w.refer(sbom, "application/vnd.dev.sigstore.bundle.v0.3+json", "of the SBOM")
	ofInstance := w.refer(instance, "application/vnd.cncf.notary.signature", "of the instance")
	tag, _ := w.sign("src", root, "of the image")
	w.breakWith(nil)

	report := bringing(w, mirror.ArtifactOptions{}).CopyImage(t.Context(), w.name("HOST/src:1"),
		w.names("HOST/a:1", "HOST/a:one", "HOST/b:1")...)
	if err := report.Err(); err != nil || report.Artifacts.Brought != 4 || len(report.Artifacts.Missing) > 0 {
		t.Fatalf("%v, %+v", err, report.Artifacts)
	}
	for _, place := range []string{"a", "b"} {
		order := w.order(place, map[string]string{
			root.String(): "root", instance.String(): "instance", image[2].String(): "other instance",
			sbom.String(): "sbom", signed.String(): "its signature", ofInstance.String(): "signature of instance",
			tag: "signature",
		})
		before := func(a, b string) {
			if i, j := slices.Index(order, a), slices.Index(order, b); i < 0 || j < i {
				t.Errorf("%s: %s is not before %s: %q", place, a, b, order)
			}
		}
		before("instance", "signature of instance")
		before("instance", "root")
		before("root", "sbom")
		before("root", "signature")
		before("sbom", "its signature")
		for _, artifact := range []string{"sbom", "its signature", "signature of instance", "signature"} {
			before(artifact, "1")
		}
	}
	for _, d := range []digest.Digest{sbom, signed, ofInstance} {
		w.has(t, "a", d)
		w.has(t, "b", d)
	}
	if w.digest("HOST/a:1") != root.String() || w.digest("HOST/a:one") != root.String() ||
		w.digest("HOST/b:"+tag) != w.digest("HOST/src:"+tag) {
		t.Error("the tags are not those of the source")
	}
	if n := w.count(http.MethodGet, "/v2/src/blobs/"+digest.FromString("an SBOM").String()); n != 1 {
		t.Errorf("a blob of two places was read %d times", n)
	}
}

// With nothing to bring beside it the root goes with its tag at once.
func TestNothingToBringCostsNoRequest(t *testing.T) {
	w := newWorld(t)
	w.pushed(1)
	w.breakWith(nil)
	report := bringing(w, mirror.ArtifactOptions{}).CopyImage(t.Context(), w.name("HOST/src:1"), w.name("HOST/a:1"))
	if err := report.Err(); err != nil {
		t.Fatal(err)
	}
	if order := w.order("a", nil); len(order) != 2 || order[1] != "1" {
		t.Errorf("put: %q", order)
	}
}

// Only what is asked for is brought, and nobody is asked where nothing is.
func TestOnlyWantedArtifactsAreBrought(t *testing.T) {
	w := newWorld(t)
	root := w.pushed(1)[0]
	w.refer(root, "application/spdx+json", "an SBOM")
	signature := w.refer(root, "application/vnd.cncf.notary.signature", "a signature")
	report := bringing(w, mirror.ArtifactOptions{Filter: filter(t, "signatures")}).CopyImage(
		t.Context(), w.name("HOST/src:1"), w.name("HOST/a:1"))
	if err := report.Err(); err != nil || report.Artifacts.Brought != 1 || report.Artifacts.Unwanted != 1 {
		t.Errorf("%v, %+v", err, report.Artifacts)
	}
	w.has(t, "a", signature)
	w.breakWith(nil)
	bringing(w, mirror.ArtifactOptions{Filter: artifacts.None()}).CopyImage(
		t.Context(), w.name("HOST/src:1"), w.name("HOST/b:1"))
	if n := w.count("LIST", ""); n != 0 {
		t.Errorf("%d lists without being asked for artifacts", n)
	}
}

func filter(t *testing.T, texts ...string) artifacts.Filter {
	t.Helper()
	f, err := artifacts.Parse(texts...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// picky is a world whose destinations do not take some manifests.
type picky struct {
	*world
	refused digest.Digest
}

type pickyPlace struct {
	port.Destination
	refused digest.Digest
}

type refusal struct{}

func (refusal) Error() string         { return "artifact type not supported" }
func (refusal) RefusesManifest() bool { return true }

func (p picky) Destination(ctx context.Context, n imagename.Name) (port.Destination, error) {
	dest, err := p.world.Destination(ctx, n)
	return pickyPlace{dest, p.refused}, err
}

func (p pickyPlace) PutManifest(ctx context.Context, m port.Manifest) error {
	if m.Digest == p.refused {
		return refusal{}
	}
	return p.Destination.PutManifest(ctx, m)
}

// What a destination does not take is said, with what belongs to it, and the image comes without, unless it may not.
func TestRefusedArtifacts(t *testing.T) {
	w := newWorld(t)
	root := w.pushed(1)[0]
	sbom := w.refer(root, "application/spdx+json; version=2", "an SBOM")
	signed := w.refer(sbom, "a/signature", "of the SBOM")
	other := w.refer(root, "b/c", "taken")
	for _, required := range []bool{false, true} {
		to := map[bool]string{false: "HOST/a:1", true: "HOST/b:1"}[required]
		report := bringing(picky{w, sbom}, mirror.ArtifactOptions{Required: required}).CopyImage(
			t.Context(), w.name("HOST/src:1"), w.name(to))
		r := report.Results[0]
		if len(r.Refused) != 2 || r.Refused[0].Digest != sbom || r.Refused[1].Digest != signed {
			t.Fatalf("refused: %+v", r.Refused)
		}
		tagged := w.digest(to)
		if !required && (r.Err != nil || tagged != root.String()) ||
			required && (!errors.Is(r.Err, mirror.ErrArtifactsMissing) || tagged != "") {
			t.Errorf("required: %v: %v, tagged %s", required, r.Err, tagged)
		}
	}
	w.has(t, "a", other)
}

// A digest tag grows with the source's, and what was made at the destination stays.
func TestDigestTagsGrow(t *testing.T) {
	for _, c := range []struct {
		name  string
		held  []string // layers of what the destination's digest tag names before; nil = it is not there
		grows bool
	}{
		{"it is not there", nil, true},
		{"fewer", []string{"first"}, true},
		{"the same", []string{"first", "second"}, true},
		{"others", []string{"made there"}, false},
		{"others, too", []string{"first", "made there"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			root := w.pushed(1)[0]
			tag, want := w.sign("src", root, "first", "second")
			if c.held != nil {
				_, held := w.sign("a", root, c.held...)
				if !c.grows {
					want = held
				}
			}
			report := bringing(w, mirror.ArtifactOptions{}).CopyImage(
				t.Context(), w.name("HOST/src:1"), w.name("HOST/a:1"))
			if err := report.Err(); err != nil || w.digest("HOST/a:1") != root.String() {
				t.Error(err)
			}
			if got := w.digest("HOST/a:" + tag); got != want.String() || (len(report.Results[0].Refused) == 0) != c.grows {
				t.Errorf("%s, want %s; refused: %+v", got, want, report.Results[0].Refused)
			}
		})
	}
}

// A place on disk keeps the image alone, and a source on disk has nothing else.
func TestArtifactsAndFiles(t *testing.T) {
	w := newWorld(t)
	root := w.pushed(1)[0]
	w.refer(root, "a/b", "c")
	path := "dir:" + filepath.Join(t.TempDir(), "image")
	for _, names := range [][2]string{{"HOST/src:1", path}, {path, "HOST/a:1"}} {
		report := bringing(w, mirror.ArtifactOptions{}).CopyImage(t.Context(), w.name(names[0]), w.name(names[1]))
		if err := report.Err(); err != nil || report.Results[0].Digest != root {
			t.Errorf("%v: %v", names, err)
		}
	}
	if w.digest("HOST/a:1") != root.String() {
		t.Error("the image has changed on its way")
	}
}
