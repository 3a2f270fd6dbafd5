package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/release/gobuild"
)

// TestTheSameTagMakesTheSameBytes releases one tag from two clones, the second of which somebody has who sets
// all that can be set.
func TestTheSameTagMakesTheSameBytes(t *testing.T) {
	origin := project(t, nil)
	command(t, origin, nil, "git", "tag", "v1.2.3")
	command(t, origin, nil, "git", "tag", "nightly")
	dir := t.TempDir()
	// as go env -w does
	write(t, dir, map[string]string{"config/go/env": "GOFLAGS=-ldflags=-X=main.greeting=mine\nGOAMD64=v3\n"})
	first := releaseOf(t, clone(t, origin, filepath.Join(dir, "a"), "umask 022"))
	second := releaseOf(t, clone(t, origin, filepath.Join(dir, "another", "place"), "umask 077", "-c",
		"core.autocrlf=true"),
		"XDG_CONFIG_HOME="+filepath.Join(dir, "config"), "GOFLAGS=-tags=other", "GOEXPERIMENT=nodwarf5",
		"CGO_ENABLED=1", "GOOS=plan9",
		"SOURCE_DATE_EPOCH=1", "TZ=Asia/Tokyo", "LC_ALL=C")
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the two releases differ (-first +second)\n%s", diff)
	}
}

func TestAReleaseHasAllThatItShould(t *testing.T) {
	dir := project(t, nil)
	command(t, dir, nil, "git", "tag", "v1.2.3")
	sums := releaseOf(t, dir)
	var files []string
	for _, pattern := range []string{"*", "*/index.json", "*/oci-layout"} {
		found, err := filepath.Glob(filepath.Join(dir, "dist", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			files = append(files, strings.TrimPrefix(path, filepath.Join(dir, "dist")+"/"))
		}
	}
	want := []string{
		"SHA256SUMS",
		"controller_v1.2.3_linux_amd64.cdx.json", "controller_v1.2.3_windows_amd64.cdx.json",
		"ecrmirror_v1.2.3_image", "ecrmirror_v1.2.3_image.tar",
		"ecrmirror_v1.2.3_linux_amd64.tar.gz", "ecrmirror_v1.2.3_modules.txt", "ecrmirror_v1.2.3_windows_amd64.zip",
		"mirror_v1.2.3_linux_amd64.cdx.json", "mirror_v1.2.3_windows_amd64.cdx.json",
		"ecrmirror_v1.2.3_image/index.json", "ecrmirror_v1.2.3_image/oci-layout",
	}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Errorf("files (-want +got)\n%s", diff)
	}
	for line := range strings.Lines(sums) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		content, err := os.ReadFile(filepath.Join(dir, "dist", name))
		if err != nil || sum != fmt.Sprintf("%x", sha256.Sum256(content)) {
			t.Errorf("checksum of %q: %v", name, err)
		}
	}
	if lines := strings.Count(sums, "\n"); lines < len(files) {
		t.Errorf("%d checksums of more files", lines)
	}
	got := untar(t, filepath.Join(dir, "dist", "ecrmirror_v1.2.3_linux_amd64.tar.gz"))
	var names []string
	for _, name := range slices.Sorted(maps.Keys(got)) {
		names = append(names, strings.TrimPrefix(name, "ecrmirror_v1.2.3_linux_amd64/"))
	}
	want = []string{
		"CHANGELOG.md", "LICENSE", "README.md", "THIRD-PARTY-NOTICES",
		"completions/_controller", "completions/_mirror",
		"completions/controller.bash", "completions/controller.fish", "completions/controller.ps1",
		"completions/mirror.bash", "completions/mirror.fish", "completions/mirror.ps1",
		"controller", "man/controller.1", "man/mirror.1", "mirror",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("in the archive (-want +got)\n%s", diff)
	}
	if program := got["ecrmirror_v1.2.3_linux_amd64/mirror"]; !strings.Contains(program, "v1.2.3") {
		t.Error("the program does not know its version")
	}
	if text := got["ecrmirror_v1.2.3_linux_amd64/README.md"]; text != "read\nme\n" {
		t.Errorf("README.md is %q", text)
	}
}

func TestWhatIsNoReleaseIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string // in the commit
		tags  []string
		ask   string            // the tag
		after map[string]string // files beside it
		want  string
	}{
		"changes": {
			after: map[string]string{"README.md": "other"},
			want:  "the checkout has changes that are not committed; commit or remove them:\n   M README.md",
		},
		"what Git ignores": {after: map[string]string{"bin/mirror": "built"}},
		"a new file": {
			after: map[string]string{"cmd/mirror/\x1b[31m.go": "package main"}, want: `?? cmd/mirror/\x1b[31m.go`,
		},
		"two versions": {
			tags: []string{"v1.0.0", "v1.0.0-rc.1", "x"},
			want: "the commit has the tags v1.0.0 and v1.0.0-rc.1: say which with TAG=v1.0.0-rc.1",
		},
		"names of Git's": {
			files: map[string]string{"HEAD": "x", "-x": "x", "v1.0.0": "x"},
			tags:  []string{"v1.0.0", "HEAD", "$(touch${IFS}x)"},
		},
		"one of two": {tags: []string{"v1.0.0", "v1.0.0-rc.1"}, ask: "v1.0.0"},
		"a tag elsewhere": {
			tags: []string{"v1.0.0"}, ask: "v2.0.0",
			want: "tag v2.0.0 is not at the commit that is checked out: git checkout v2.0.0",
		},
		"no version": {tags: []string{"x"}, ask: "x", want: `tag "x" is no version like v1.2.3`},
		"another toolchain": {
			files: map[string]string{"go.mod": "module ecrmirror\n\ngo 1.26.0\n\ntoolchain go1.26.999\n"},
			want:  "and a release is made by go1.26.999: make release takes that one",
		},
		"no toolchain": {
			files: map[string]string{"go.mod": "module ecrmirror\n\ngo 1.26.0\n"}, want: "go.mod names no toolchain",
		},
		"other files there": {after: map[string]string{"dist/mine": "precious"}, want: "no release to replace"},
		"what is no code": {
			files: map[string]string{"cmd/mirror/main.go": "package main\n\nfunc main() { nothing }\n"},
			want:  "building for ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := project(t, c.files)
			for _, tag := range c.tags {
				command(t, dir, nil, "git", "tag", tag)
			}
			write(t, dir, c.after)
			var log bytes.Buffer
			r := toyRelease(dir, &log)
			r.tag = c.ask
			r.platforms = r.platforms[1:] // without an image, which takes longest
			err := r.make(t.Context())
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v, want %q", err, c.want)
			}
			if _, err := os.Stat(filepath.Join(dir, "dist", checksums)); (err == nil) != (c.want == "") {
				t.Errorf("%s: %v", checksums, err)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "dist.part*")); len(left) > 0 {
				t.Errorf("left behind: %s", left)
			}
		})
	}
}

func TestACommitWithoutATagIsNamedByItself(t *testing.T) {
	dir := project(t, nil)
	write(t, dir, map[string]string{"dist/SHA256SUMS": "", "dist/of-a-release-before": ""})
	var log bytes.Buffer
	r := toyRelease(dir, &log)
	r.platforms = r.platforms[1:]
	if err := r.make(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "dist", "of-a-release-before")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the release before was not replaced: %v", err)
	}
	if !strings.HasPrefix(log.String(),
		"the commit has no tag like v1.2.3: this is no release, but a snapshot\necrmirror v0.0.0-20261127010203-") {
		t.Errorf("log:\n%s", log.String())
	}
}

// project returns a checkout of a project as small as one can be that is released as this one is.
func project(t *testing.T, instead map[string]string) string {
	t.Helper()
	program := `package main

import (
	"os"

	"ecrmirror/internal/buildinfo"
)

var greeting = "greeting"

func main() { os.Stdout.WriteString(greeting + " " + buildinfo.String() + " " + os.Args[1] + ".\n\nUsage:\n  toy\n") }
`
	files := map[string]string{
		"go.mod":                 "module ecrmirror\n\ngo 1.26.0\n\ntoolchain " + runtime.Version() + "\n",
		"cmd/mirror/main.go":     program,
		"cmd/controller/main.go": program,
		"internal/buildinfo/buildinfo.go": "package buildinfo\n\nvar version, commit string\n\nfunc String() string " +
			"{ return version + commit }\n",
		"README.md": "read\nme\n", "CHANGELOG.md": "changes\n", "LICENSE": "license\n",
		".gitignore": "/bin\n/dist/\n",
	}
	maps.Copy(files, instead)
	dir := t.TempDir()
	write(t, dir, files)
	command(t, dir, nil, "git", "init", "-q")
	command(t, dir, nil, "git", "add", ".")
	date := "2026-11-27T02:02:03+01:00"
	command(t, dir, []string{"GIT_AUTHOR_DATE=" + date, "GIT_COMMITTER_DATE=" + date},
		"git", "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "A project")
	return dir
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755),
			os.WriteFile(path, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}

// clone clones origin into dir, by a shell that was told something before.
func clone(t *testing.T, origin, dir, before string, flags ...string) string {
	t.Helper()
	args := append([]string{"-c", before + ` && exec git clone -q "$@"`, "sh"}, flags...)
	command(t, filepath.Dir(origin), nil, "sh", append(args, "file://"+origin, dir)...)
	return dir
}

// toyRelease is a release of dir for a platform with an image, and for one without.
func toyRelease(dir string, log io.Writer, environ ...string) release {
	return release{
		checkout: dir, out: filepath.Join(dir, "dist"), log: log, environ: append(os.Environ(), environ...),
		platforms: []gobuild.Platform{{OS: "linux", Arch: "amd64"}, {OS: "windows", Arch: "amd64"}},
	}
}

// releaseOf makes a release of dir and returns its checksums.
func releaseOf(t *testing.T, dir string, environ ...string) string {
	t.Helper()
	var log bytes.Buffer
	if err := toyRelease(dir, &log, environ...).make(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	sums, err := os.ReadFile(filepath.Join(dir, "dist", checksums))
	if err != nil {
		t.Fatal(err)
	}
	return string(sums)
}

func untar(t *testing.T, path string) map[string]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for r := tar.NewReader(plain); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[header.Name] = string(content)
	}
}
