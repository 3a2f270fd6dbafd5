package conformance

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/refregistry"
	"ecrmirror/testkit/registrytest"
)

// A registry that lists artifacts without an end, or not at all, takes neither time nor memory: what can't be had is
// named, and the image comes without, or fails if it may not.
func TestHostileListsOfArtifacts(t *testing.T) {
	t.Parallel()
	local := startLocalstack(t)
	for _, c := range []struct {
		name  string
		shape refregistry.Shape
		want  string // in what is said; "" = nothing is
		asked int    // requests for referrers at most
	}{
		{"100,000", refregistry.Shape{API: refregistry.Listed, Page: 100, MadeUp: 100_000}, "too many artifacts", 12},
		{"100,000 at once", refregistry.Shape{API: refregistry.Listed, MadeUp: 100_000}, "too many artifacts", 2},
		{"pages without an end", refregistry.Shape{API: refregistry.Listed, Page: 3, MadeUp: 10, Endless: true}, "artifact", 101},
		{"a chain without an end", refregistry.Shape{API: refregistry.Listed, Chain: true}, "followed for 3 levels", 4},
		{"1,000 that do not exist", refregistry.Shape{API: refregistry.Listed, MadeUp: 999}, "manifest", 2},
		{"forbidden", refregistry.Shape{API: refregistry.Denied}, "can't be listed", 1},
		{"a web page", refregistry.Shape{API: refregistry.Pages}, "", 2},
		{"another host", refregistry.GHCR(), "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			registry, host := refregistry.Start(t, c.shape)
			pushConfig(t, host)
			root := registry.Put(t, "app", "1", refregistry.Image(c.name))
			to := registrytest.Start(t)
			run := func(args ...string) (said string, code int) {
				cmd := mirrorProgram(local.url, append(args, "--quiet", host+"/app:1")...)
				cmd.Args = append(cmd.Args, to+"/"+strings.Join(append([]string{"copy"}, args...), "")+":1")
				var out bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &out
				_ = cmd.Run()
				return out.String(), cmd.ProcessState.ExitCode()
			}
			said, code := run()
			if code != 0 || !strings.Contains(said, root.String()) || !strings.Contains(said, c.want) {
				t.Errorf("exit code %d, want %q:\n%.2000s", code, c.want, said)
			}
			if n := len(registry.Asked("/referrers/")); n > c.asked {
				t.Errorf("%d requests for referrers, want %d at most", n, c.asked)
			}
			if lines := strings.Count(said, "\n"); lines > 20 {
				t.Errorf("%d lines are said", lines)
			}
			if _, code := run("--artifacts-required"); code != 1 {
				t.Errorf("exit code %d of an image that may not come without", code)
			}
		})
	}
}

// A destination that forbids to ask for referrers has the image, and who asks is told that its artifacts may be listed
// nowhere. One that may not come without them fails.
func TestADestinationThatForbidsListsOfArtifacts(t *testing.T) {
	t.Parallel()
	local := startLocalstack(t)
	source, host := refregistry.Start(t, refregistry.Standard())
	pushConfig(t, host)
	root := source.Put(t, "app", "1", refregistry.Image("app"))
	artifact := source.Put(t, "app", "", refregistry.Referrer(root, "test/type", "1"))
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{nil, 0, "refused"},
		{[]string{"--artifacts-required"}, 1, "without its artifacts"},
	} {
		to, place := refregistry.Start(t, refregistry.Shape{API: refregistry.Denied})
		cmd := mirrorProgram(local.url, append(c.args, "--quiet", host+"/app:1", place+"/copy:1")...)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		_ = cmd.Run()
		said := out.String()
		if code := cmd.ProcessState.ExitCode(); code != c.code || !strings.Contains(said, c.says) ||
			!strings.Contains(said, artifact.String()) || !strings.Contains(said, "403") {
			t.Errorf("%v: exit code %d\n%.2000s", c.args, code, said)
		}
		if tagged := len(to.Asked("PUT", "/manifests/1")) > 0; tagged != (c.code == 0) {
			t.Errorf("%v: tagged: %v", c.args, tagged)
		}
	}
}

// pushConfig pushes the config that images of the registry have.
func pushConfig(t *testing.T, host string) {
	t.Helper()
	url := "http://" + host + "/v2/app/blobs/uploads/?digest=" + digest.FromString("{}").String()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := lone().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		t.Fatal(answer.Status)
	}
}
