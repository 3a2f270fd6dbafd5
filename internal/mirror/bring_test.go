package mirror_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/request"
)

// bring asks for what belongs to HOST/src:1.
func (w *world) bring(c *mirror.Copier, options string, to ...string) *mirror.Report {
	w.t.Helper()
	for i := range to {
		to[i] = strings.ReplaceAll(to[i], "HOST", w.host)
	}
	asked, err := request.Parse(w.host+"/src:1", to...)
	if err == nil {
		asked.Options, err = request.ParseOptions(options)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	var report *mirror.Report
	c.Copy(w.t.Context(), asked, func(_ int, r *mirror.Report) { report = r })
	return report
}

const onlyArtifacts = `{"kind":"artifacts"}`

// A signature that came after the image is brought alone: the tag does not move, and nobody is asked about the image's
// blobs, nor the source for its instances.
func TestArtifactsComeLater(t *testing.T) {
	w := newWorld(t)
	image := w.pushed(2)
	root, instance := image[0], image[1]
	early := w.refer(root, "application/spdx+json", "an SBOM")
	c := bringing(w, mirror.ArtifactOptions{})
	if err := c.CopyImage(t.Context(), w.name("HOST/src:1"), w.name("HOST/a:1")).Err(); err != nil {
		t.Fatal(err)
	}
	late := w.refer(instance, "application/vnd.cncf.notary.signature", "a signature")
	its := w.refer(late, "a/b", "of the signature")
	tag, signature := w.sign("src", root, "another")
	w.listAt("a", root, artifacts.Artifact{Digest: early})
	w.breakWith(nil)

	report := w.bring(c, onlyArtifacts, "HOST/a:1")
	if r := report.Results[0]; r.State != mirror.Copied || r.Digest != root || report.Artifacts.Brought != 4 {
		t.Errorf("%+v, %+v", r, report.Artifacts)
	}
	names := map[string]string{late.String(): "late", its.String(): "its", tag: "tag"}
	order := strings.Join(w.order("a", names), " ")
	if order != "late tag its" && order != "late its tag" && order != "tag late its" {
		t.Errorf("put: %s", order)
	}
	if got := w.digest("HOST/a:" + tag); got != signature.String() {
		t.Errorf("%s is %s", tag, got)
	}
	for _, c := range []struct{ method, path string }{
		{http.MethodGet, "/v2/src/manifests/" + instance.String()},
		{http.MethodPut, "/v2/a/manifests/1"},
		{http.MethodPut, "/v2/a/manifests/" + early.String()},
	} {
		if n := w.count(c.method, c.path); n > 0 {
			t.Errorf("%s %s: %d times", c.method, c.path, n)
		}
	}
	looked := w.count(http.MethodHead, "/v2/a/blobs/")
	for _, content := range []string{"{}", "a signature", "of the signature", "another"} {
		looked -= w.count(http.MethodHead, "/v2/a/blobs/"+digest.FromString(content).String())
	}
	if looked != 0 {
		t.Errorf("%d looks for blobs of the image", looked)
	}
}

// Where all is there nothing is written, and where the image is not, the artifacts come with it.
func TestNothingIsLackingOrTheImageIs(t *testing.T) {
	w := newWorld(t)
	root := w.pushed(1)[0]
	signature := w.refer(root, "a/b", "a signature")
	c := bringing(w, mirror.ArtifactOptions{})
	if err := c.CopyImage(t.Context(), w.name("HOST/src:1"), w.name("HOST/a:1")).Err(); err != nil {
		t.Fatal(err)
	}
	w.listAt("a", root, artifacts.Artifact{Digest: signature}, artifacts.Artifact{Digest: digest.FromString("made there")})
	w.breakWith(nil)
	report := w.bring(c, onlyArtifacts, "HOST/a:1", "HOST/b:1")
	if got := states(report); got != "current,failed" {
		t.Errorf("states: %s", got)
	}
	if err := report.Results[1].Err; !errors.As(err, new(*mirror.ChangedError)) {
		t.Error(err)
	}
	if n := w.count(http.MethodPut, "") + w.count(http.MethodPost, ""); n > 0 {
		t.Errorf("%d writes", n)
	}
}

// What a destination does not take stays away, and the image is as it was.
func TestALateArtifactThatIsRefused(t *testing.T) {
	w := newWorld(t)
	root := w.pushed(1)[0]
	mustCopy(t, w, "HOST/src:1", "HOST/a:1")
	refused := w.refer(root, "a/b", "refused")
	other := w.refer(root, "a/b", "taken")
	c := bringing(picky{w, refused}, mirror.ArtifactOptions{})
	for options, want := range map[string]string{
		onlyArtifacts: "copied", `{"kind":"artifacts","artifactsRequired":true}`: "failed",
	} {
		report := w.bring(c, options, "HOST/a:1")
		if got := states(report); got != want || len(report.Results[0].Refused) != 1 {
			t.Errorf("%s: %s, %+v", options, got, report.Results[0])
		}
	}
	w.has(t, "a", other)
	if w.digest("HOST/a:1") != root.String() {
		t.Error("the tag has moved")
	}
}

// Artifacts may be in a repository of their own.
func TestArtifactsFromAnotherRepository(t *testing.T) {
	w := newWorld(t)
	root := w.pushed(1)[0]
	mustCopy(t, w, "HOST/src:1", "HOST/attestations:1") // which the transport of this world looks for
	raw := w.manifestOf("attestations", root, "a/b", "elsewhere")
	d := digest.FromBytes(raw)
	w.put("/v2/attestations/manifests/"+d.String(), "application/vnd.oci.image.manifest.v1+json", raw)
	w.listAt("attestations", root, artifacts.Artifact{Digest: d})
	c := bringing(w, mirror.ArtifactOptions{})
	report := w.bring(c, `{"artifactsFrom":"`+w.host+`/attestations","artifactsRequired":true}`, "HOST/a:1")
	if err := report.Err(); err != nil || report.Artifacts.Brought != 1 || w.digest("HOST/a:1") != root.String() {
		t.Errorf("%v, %+v", err, report.Artifacts)
	}
	w.has(t, "a", d)
}

// What can't be read of the artifacts that a destination lacks is said, and nothing else is wrong with it.
func TestALateArtifactThatCanNotBeHad(t *testing.T) {
	w := newWorld(t)
	root := w.pushed(1)[0]
	early := w.refer(root, "a/b", "early")
	c := bringing(w, mirror.ArtifactOptions{})
	if err := c.CopyImage(t.Context(), w.name("HOST/src:1"), w.name("HOST/a:1")).Err(); err != nil {
		t.Fatal(err)
	}
	w.listAt("a", root, artifacts.Artifact{Digest: early})
	lost := w.refer(root, "a/b", "lost")
	loseBlob("lost", http.StatusNotFound)(w, root)
	report := w.bring(c, onlyArtifacts, "HOST/a:1")
	missing := report.Artifacts.Missing
	if states(report) != "current" || len(missing) != 1 || missing[0].Artifact != lost {
		t.Errorf("%s: %v, %+v", states(report), report.Err(), report.Artifacts)
	}
	if report := w.bring(c, `{"kind":"artifacts","artifactsRequired":true}`, "HOST/a:1"); states(report) != "failed" {
		t.Errorf("required: %s", states(report))
	}
}
