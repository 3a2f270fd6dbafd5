package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A makeable is a checkout of the Makefile, and of what its targets read, in which commands only note what they
// are told: the version that they are given in a file versions, the commit in commits, all arguments in seen.
type makeable struct{ dir, commands, notes string }

// note begins a command that does nothing else. DESTDIR and the like go to install in its arguments, and to rm, which
// is real.
const note = `#!/bin/sh
printf '%s ' "$@" "$DESTDIR" "$PREFIX" "$BINDIR" "$DATADIR" "$MANDIR" "$ECRMIRROR_SEED" "$ECRMIRROR_KILLS" "$ECRMIRROR_TWICE" "$ECRMIRROR_FILES" "$SMOKE" >>"$NOTES/seen"
`

// newMakeable returns dir as one.
func newMakeable(t *testing.T, dir string) makeable {
	t.Helper()
	m := makeable{dir: dir, commands: t.TempDir(), notes: t.TempDir()}
	m.write(t, map[string]string{
		"Makefile": read(t, "../Makefile"), ".ci/fuzz": read(t, "../.ci/fuzz"), "go.mod": "toolchain go1.26.10\n",
		".gitignore": "*\n",
		"infra/none": "", "cmd/none": "", "internal/none": "", "localstack/none": "", "bin/share/none": "",
		"tools/cdk/package.json": "{}", "tools/cdk/package-lock.json": "{}",
	})
	for name, content := range map[string]string{
		"install": note, "node": note, "cdk": note, "tool": note,
		"docker": note +
			"case $1 in build) printf '%s\\n' \"$VERSION\" >>\"$NOTES/versions\"; printf '%s\\n' \"$COMMIT\" " +
			">>\"$NOTES/commits\" ;; create) echo 4f2d ;; esac\n",
		"npm": note + "mkdir -p node_modules/.bin && cp \"${0%/*}/cdk\" node_modules/.bin/cdk\n",
		"go": note + `case "$1 $2" in
"run ./sbom") printf '%s\n' "$4" >>"$NOTES/versions" ;;
"env CC") echo none ;;
install*) tool=${2%@*}; mkdir -p "$GOBIN"; cp "${0%/*}/tool" "$GOBIN/${tool##*/}" ;;
esac
`,
	} {
		if err := os.WriteFile(filepath.Join(m.commands, name), []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	command(t, dir, nil, "git", "init", "-q")
	command(t, dir, nil, "git", "add", "-f", "Makefile")
	command(t, dir, nil, "git", "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "A Makefile")
	return m
}

// write writes files into the checkout.
func (m makeable) write(t *testing.T, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(m.dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700),
			os.WriteFile(path, []byte(content), 0o700)); err != nil {
			t.Fatal(err)
		}
	}
}

// make runs make, which must succeed.
func (m makeable) make(t *testing.T, env []string, args ...string) {
	t.Helper()
	if out, err := m.try(t, env, args...); err != nil {
		t.Errorf("make %q: %v\n%s", args, err, out)
	}
}

// try runs make and returns what it prints. It fails the test where a name is run.
func (m makeable) try(t *testing.T, env []string, args ...string) (string, error) {
	t.Helper()
	for _, name := range []string{"versions", "commits", "seen"} {
		if err := os.RemoveAll(filepath.Join(m.notes, name)); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "make", args...)
	cmd.Dir = m.dir
	cmd.Env = append(foreign(), "PATH="+m.commands+":"+os.Getenv("PATH"), "NOTES="+m.notes)
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	notRun(t, m.dir, filepath.Dir(m.dir))
	return string(out), err
}

// noted returns what the commands of the last make have noted in a file.
func (m makeable) noted(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(m.notes, name))
	if err != nil {
		t.Error(err)
	}
	return string(content)
}

// escaped returns the pattern that matches a path alone.
func escaped(path string) string { return regexp.MustCompile(`[*?\[\\]`).ReplaceAllString(path, `\$0`) }

// settings are those of the Makefile that are data.
var settings = strings.Fields("VERSION COMMIT IMAGE PLATFORM SOURCE GO_IMAGE DESTDIR PREFIX BINDIR DATADIR MANDIR " +
	"TAG S3_BUCKET PLACE SMOKE FUZZTIME KILLS TWICE FILES SEED")

// foreign returns the environment of the tests without what they must not depend on: settings, and repositories of
// Git's other than the one where a command is run.
func foreign() []string {
	env := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		// A make that runs the tests gives on what it has been told.
		return strings.HasPrefix(name, "GIT_") || slices.Contains(settings, name) ||
			slices.Contains([]string{"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}, name)
	})
	return append(env, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
}

// command runs a command in dir, which must succeed.
func command(t *testing.T, dir string, env []string, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	cmd.Env = append(foreign(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}
