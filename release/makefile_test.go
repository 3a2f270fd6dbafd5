package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTheNameOfATagIsData has make see tags that a shell or make would run, were they more than data.
func TestTheNameOfATagIsData(t *testing.T) {
	for name, tag := range map[string]string{
		"a command":         "v9;touch${IFS}PWNED;#",
		"in single quotes":  "v9';touch${IFS}PWNED;'",
		"in double quotes":  `v9";touch${IFS}PWNED;"`,
		"a substitution":    "v9$(touch${IFS}PWNED)",
		"in backquotes":     "v9`touch${IFS}PWNED`",
		"a variable":        "v9$(MAKE)",
		"a dollar":          "v9$$",
		"an ordinary one":   "v1.2.3",
		"and its beginning": "$(info${IFS}x)",
	} {
		for _, from := range []string{"git", "environment"} {
			t.Run(name+" from "+from, func(t *testing.T) {
				dir := checkoutOfMakefile(t)
				var env []string
				if from == "git" {
					command(t, dir, nil, "git", "tag", "--", tag)
				} else {
					env = []string{"VERSION=" + tag}
				}
				command(t, dir, env, "make", "build", "image", "sbom", "synth", "deploy", "diff")
				want := strings.Repeat(tag+"\n", 3) // the image, which sbom needs, and two programs' bills
				if got, err := os.ReadFile(filepath.Join(dir, "versions")); err != nil || string(got) != want {
					t.Errorf("versions %q, %v, want %q", got, err, want)
				}
				if found, _ := filepath.Glob(filepath.Join(dir, "PWNED*")); len(found) > 0 {
					t.Errorf("the tag was run: %s", found)
				}
			})
		}
	}
}

// checkoutOfMakefile returns a checkout of the Makefile alone, in which docker and go only note the version
// that they are given.
func checkoutOfMakefile(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"Makefile":   string(makefile),
		"bin/docker": "#!/bin/sh\ncase $1 in build) printf '%s\\n' \"$VERSION\" >>versions ;; esac\n",
		"bin/node":   "#!/bin/sh\n",
		"bin/npx":    "#!/bin/sh\n",
		"infra/none": "",
		"bin/go":     "#!/bin/sh\ncase $2 in ./sbom) printf '%s\\n' \"$4\" >>versions ;; esac\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	command(t, dir, nil, "git", "init", "-q")
	command(t, dir, nil, "git", "add", "Makefile")
	command(t, dir, nil, "git", "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "A Makefile")
	return dir
}

// command runs a command in dir, which must succeed. dir/bin is first on its PATH. Git has no settings of this
// machine, and no repository but dir's.
func command(t *testing.T, dir string, env []string, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	cmd.Env = slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		// A make that runs the tests gives on what it has been told.
		return strings.HasPrefix(name, "GIT_") || slices.Contains([]string{"VERSION", "COMMIT", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"}, name)
	})
	cmd.Env = append(cmd.Env, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"))
	cmd.Env = append(cmd.Env, env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}
