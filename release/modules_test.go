package main

import (
	"bytes"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAReleaseSaysWhatHasChanged makes a release after one that had another module and another Go.
func TestAReleaseSaysWhatHasChanged(t *testing.T) {
	const program = "package main\n\nimport (\n\t\"os\"\n\n\t\"ecrmirror/internal/buildinfo\"\n\t\"example.org/a\"\n)\n\n" +
		"func main() { os.Stdout.WriteString(buildinfo.String() + a.Name + \" \" + os.Args[1] + \".\\n\\nUsage:\\n  " +
		"toy\\n\") }\n"
	mod := func(version, toolchain string) string {
		return "module ecrmirror\n\ngo 1.26.0\n\ntoolchain " + toolchain + "\n\nrequire example.org/a " + version +
			"\n\nreplace example.org/a => ./a\n"
	}
	dir := project(t, map[string]string{
		"go.mod": mod("v1.0.0", "go1.26.1"), "cmd/mirror/main.go": program,
		"a/go.mod": "module example.org/a\n\ngo 1.26.0\n", "a/a.go": "package a\n\nconst Name = \"a\"\n",
		"a/LICENSE": "license\n",
	})
	command(t, dir, nil, "git", "tag", "v1.2.2")
	write(t, dir, map[string]string{"go.mod": mod("v1.1.0", runtime.Version())})
	command(t, dir, nil, "git", "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qam", "Update a")
	command(t, dir, nil, "git", "tag", "v1.3.0-rc.1")
	command(t, dir, nil, "git", "tag", "v1.3.0")
	var log bytes.Buffer
	r := toyRelease(dir, &log)
	r.tag, r.platforms = "v1.3.0", r.platforms[1:]
	if err := r.make(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := "The modules of ecrmirror v1.3.0, since v1.2.2.\n\nUpdated:\n  example.org/a v1.0.0 => ./a to v1.1.0 => " +
		"./a\n  std go1.26.1 to " + runtime.Version() + "\n"
	if diff := cmp.Diff(want, read(t, filepath.Join(dir, "dist", "ecrmirror_v1.3.0_modules.txt"))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if !strings.HasSuffix(log.String(), want) {
		t.Errorf("log:\n%s", log.String())
	}
	if sums := read(t, filepath.Join(dir, "dist", checksums)); !strings.Contains(sums,
		"  ecrmirror_v1.3.0_modules.txt\n") {
		t.Errorf("sums:\n%s", sums)
	}
	shallow := toyRelease(clone(t, dir, filepath.Join(t.TempDir(), "shallow"), "true", "--depth", "1"), &log)
	shallow.tag, shallow.platforms = "v1.3.0", r.platforms
	if err := shallow.make(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "the clone is shallow, ") {
		t.Errorf("of a shallow clone: %v", err)
	}
}
