package recipes

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// entriesFile has the entries of all recipes.
const entriesFile = "mirrors.yaml"

// A validator returns an error if the recipes in a directory are not what their readers take.
type validator func(dir string) error

// A mistake is a change of a recipe that a validator must find.
type mistake struct{ file, old, new, told string }

// holds has a validator take the recipes, and refuse them with each of the mistakes.
func holds(t *testing.T, validate validator, mistakes ...mistake) {
	t.Helper()
	takes(t, validate)
	for _, m := range mistakes {
		refuses(t, validate, m)
	}
}

func takes(t *testing.T, validate validator) {
	t.Helper()
	if err := validate("."); err != nil {
		t.Fatal(err)
	}
}

// refuses has a validator that takes long tell of several mistakes at once.
func refuses(t *testing.T, validate validator, mistakes ...mistake) {
	t.Helper()
	err := validate(spoiled(t, mistakes))
	for _, m := range mistakes {
		if err == nil || !strings.Contains(err.Error(), m.told) {
			t.Errorf("%s with %q: %v, and not %q", m.file, m.new, err, m.told)
		}
	}
}

// spoiled returns a directory with the recipes and mistakes.
func spoiled(t *testing.T, mistakes []mistake) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(".")); err != nil {
		t.Fatal(err)
	}
	for _, m := range mistakes {
		file := filepath.Join(dir, m.file)
		text := read(t, file)
		if !strings.Contains(text, m.old) {
			t.Fatalf("%s does not have %q", m.file, m.old)
		}
		if err := os.WriteFile(file, []byte(strings.Replace(text, m.old, m.new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// tool returns the path of what make recipe-tools installs as .tools/NAME. Without it the test is skipped, unless
// ECRMIRROR_REQUIRE_CLIENTS is 1.
func tool(t *testing.T, name string) string {
	t.Helper()
	found, err := filepath.Glob("../../.tools/" + name)
	switch {
	case err != nil:
		t.Fatal(err)
	case len(found) > 1:
		t.Fatalf("several versions of one tool, remove the old ones: %v", found)
	case len(found) == 0:
		missing(t, "ECRMIRROR_REQUIRE_CLIENTS", name+" is not installed: make recipe-tools")
	}
	path, err := filepath.Abs(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// missing skips the test, unless the variable is 1, as in CI.
func missing(t *testing.T, variable, what string) {
	t.Helper()
	if os.Getenv(variable) == "1" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// run runs a program in a directory. An error has what the program printed.
func run(t *testing.T, dir, program string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "AWS_DEFAULT_REGION=eu-west-1", "PYTHONDONTWRITEBYTECODE=1", "NO_COLOR=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", errors.New(filepath.Base(program) + ": " + err.Error() + "\n" + string(out))
	}
	return string(out), nil
}

// quiet returns a validator that runs a program, which prints something or fails where something is wrong.
func quiet(t *testing.T, program string, args ...string) validator {
	return func(dir string) error {
		out, err := run(t, dir, program, args...)
		if err == nil && out != "" {
			err = errors.New(out)
		}
		return err
	}
}
