package buildinfo

import (
	"runtime"
	"runtime/debug"
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
			{
				Path: "example.org/b", Version: "v1.0.0",
				Replace: &debug.Module{Path: "example.org/c", Version: "v2.0.0"},
			},
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

func TestLine(t *testing.T) {
	info := Info{
		Version: "v1.2.3", Commit: "77aa", Modified: true, Go: "go1.26.1", Platform: "linux/arm64",
		Modules: []Module{{"example.org/a", "v1.0.0", ""}},
	}
	if got, want := info.Line(), "v1.2.3 (commit 77aa (modified), go1.26.1 linux/arm64)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
