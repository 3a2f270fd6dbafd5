package conformance

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/slowregistry"
)

// A judge who finds nothing wrong with anybody shows nothing either.
func TestTheJudgeOfPairsSeesWhatIsNotTrue(t *testing.T) {
	t.Parallel()
	content := "a manifest"
	root := digest.FromString(content)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/v1") && !strings.HasSuffix(r.URL.Path, root.String()) {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte(content))
	}))
	defer server.Close()
	report := func(results ...string) string { return `{"destinations": [` + strings.Join(results, ", ") + `]}` }
	copied, current := `{"state": "copied", "digest": "`+root.String()+`"}`, `{"state": "current", "digest": "`+
		root.String()+`"}`
	for _, c := range []struct {
		name, stdout, stderr string
		code                 int
		killed               syscall.Signal
		immutable            bool // the tag, and the source has moved
		want                 string
	}{
		{"done", report(copied), "", 0, 0, false, ""},
		{"found there", report(current), "", 0, 0, false, ""},
		{"done, by its report alone", report(copied), "", 1, 0, false, "exit code 1, want 0"},
		{
			"failed, by its report alone", report(`{"state": "failed", "error": "reset", "transient": true}`), "", 0, 0,
			false, "exit code 0, want 75",
		},
		{"failed for now", report(`{"state": "failed", "error": "reset", "transient": true}`), "", 75, 0, false, ""},
		{"failed for good", report(`{"state": "failed", "error": "500"}`), "", 1, 0, false, "no fault is a reason"},
		{
			"failed for nothing that broke", report(`{"state": "failed", "error": "layers not found", "transient": true}`),
			"", 75, 0, false, "no fault is a reason",
		},
		{"failed without an error", report(`{"state": "failed"}`), "", 1, 0, false, "without an error"},
		{"the tag is another image", report(`{"state": "failed", "error": "tag is immutable"}`), "", 1, 0, true, ""},
		{
			"the tag might move", report(`{"state": "failed", "error": "tag is immutable"}`), "", 1, 0, false,
			"nothing has to move",
		},
		{
			"done, and it is not there",
			report(`{"state": "copied", "digest": "` + digest.FromString("other").String() + `"}`), "", 0, 0,
			true, "status 404",
		},
		{
			"an image that the source never was", report(`{"state": "copied", "digest": "sha256:no"}`), "", 0, 0, false,
			"which the source never was",
		},
		{"of one destination too many", report(copied, copied), "", 0, 0, false, "2 destinations, not 1"},
		{"without a report", "", "", 0, 0, false, "its report"},
		{"killed", "", "", -1, syscall.SIGKILL, false, ""},
		{"ended by itself", "", "", 0, syscall.SIGKILL, false, "exit code 0 after SIGKILL"},
		{"terminated", "", "mirror: stopped by signal: terminated\n", 143, syscall.SIGTERM, false, ""},
		{"terminated without a word", "", "", 143, syscall.SIGTERM, false, "exit code 143 after SIGTERM"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &destination{kind: "registry", immutable: c.immutable, watcher: newWatcher(server.URL+"/v2/app", nil,
				slowregistry.Contents{Root: root, Manifests: []digest.Digest{root}})}
			if c.immutable {
				other := digest.FromString("other")
				d.after = append(d.after, slowregistry.Contents{Root: other, Manifests: []digest.Digest{other}})
			}
			d.look(t.Context())
			one := &program{code: c.code, signal: c.killed, died: c.killed != 0}
			one.stdout.WriteString(c.stdout)
			one.stderr.WriteString(c.stderr)
			p := &pair{at: []*destination{d}, moves: c.immutable}
			err := p.judgeProgram(context.WithoutCancel(t.Context()), one, newPairs())
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
