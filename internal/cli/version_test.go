package cli

import (
	"strings"
	"testing"

	"ecrmirror/internal/buildinfo"
)

func TestWriteVersion(t *testing.T) {
	info := buildinfo.Info{
		Version: "v1.2.3", Commit: "77aa", Modified: true, Go: "go1.26.1", Platform: "linux/arm64",
		Modules: []buildinfo.Module{
			{Path: "example.org/a", Version: "v1.0.0"}, {Path: "example.org/longer", Version: "v1.2.0"},
		},
	}
	var b strings.Builder
	const want = "mirror v1.2.3\ncommit 77aa (modified)\ngo1.26.1 linux/arm64\nmodules:\n" +
		"  example.org/a       v1.0.0\n  example.org/longer  v1.2.0\n"
	if err := writeVersion(&b, "mirror", info); err != nil || b.String() != want {
		t.Errorf("%q, %v, want %q", b.String(), err, want)
	}
}
