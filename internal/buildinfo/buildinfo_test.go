package buildinfo

import (
	"bytes"
	"encoding/json"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatTheLinkerWasToldWins(t *testing.T) {
	build := &debug.BuildInfo{
		GoVersion: "go1.26.1",
		Main:      debug.Module{Path: "ecrmirror", Version: "(devel)"},
		Settings:  []debug.BuildSetting{{Key: "vcs.revision", Value: "4f2d"}, {Key: "vcs.modified", Value: "true"}},
		Deps: []*debug.Module{
			{Path: "example.org/a", Version: "v1.0.0", Sum: "h1:a="},
			{Path: "example.org/b", Version: "v1.0.0", Replace: &debug.Module{Path: "example.org/c", Version: "v2.0.0"}},
		},
	}
	platform := runtime.GOOS + "/" + runtime.GOARCH
	modules := []Module{{"example.org/a", "v1.0.0", "h1:a="}, {"example.org/c", "v2.0.0", ""}}
	for _, c := range []struct {
		name            string
		version, commit string
		want            Info
	}{
		{"a checkout", "", "", Info{"devel", "4f2d", true, "go1.26.1", platform, modules}},
		{"an image", "v1.2.3", "77aa", Info{"v1.2.3", "77aa", false, "go1.26.1", platform, modules}},
	} {
		if diff := cmp.Diff(c.want, describe(build, c.version, c.commit)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.name, diff)
		}
	}
}

func TestTheCommandPrints(t *testing.T) {
	run := func(args ...string) string {
		t.Helper()
		var out bytes.Buffer
		cmd := Command("mirror")
		cmd.SetArgs(args)
		cmd.SetOut(&out)
		cmd.SetErr(&out)
		cmd.SilenceUsage = true
		if err := cmd.Execute(); err != nil {
			return err.Error()
		}
		return out.String()
	}
	if text := run(); !strings.HasPrefix(text, "mirror ") || !strings.Contains(text, runtime.Version()) {
		t.Errorf("text:\n%s", text)
	}
	var info Info
	if err := json.Unmarshal([]byte(run("-o", "json")), &info); err != nil || info.Go != runtime.Version() {
		t.Errorf("%+v, %v", info, err)
	}
	if message := run("-o", "xml"); message != `invalid value "xml" of --output: must be text or json` {
		t.Error(message)
	}
}
