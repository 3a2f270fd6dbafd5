package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
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
		"a function":        "v9$(shell${IFS}touch${IFS}PWNED)",
		"a variable":        "v9$(MAKE)",
		"a dollar":          "v9$$",
		"an ordinary one":   "v1.2.3",
		"and its beginning": "$(info${IFS}x)",
	} {
		for _, from := range []string{"git", "environment", "command line"} {
			t.Run(name+" from "+from, func(t *testing.T) {
				m := newMakeable(t, t.TempDir())
				args, env := []string{"build", "image", "sbom", "synth", "deploy", "diff"}, []string{}
				switch from {
				case "git":
					command(t, m.dir, nil, "git", "tag", "--", tag)
					command(t, m.dir, nil, "git", "checkout", "-q", "-b", tag)
				case "environment":
					env = append(env, "VERSION="+tag)
				default:
					args = append(args, "VERSION="+tag)
				}
				m.make(t, env, args...)
				want := strings.Repeat(tag+"\n", 3) // the image, which sbom needs, and two programs' bills
				if got := m.noted(t, "versions"); got != want {
					t.Errorf("versions %q, want %q", got, want)
				}
			})
		}
	}
}

// TestAVersionIsOneWord is because the linker would take what comes after a space for a flag.
func TestAVersionIsOneWord(t *testing.T) {
	m := newMakeable(t, t.TempDir())
	for _, version := range []string{"v1 -linkmode=external", "v1\t-extld=x", "v1\n", "v1 $(shell touch PWNED)"} {
		for _, target := range []string{"build", "image", "install"} {
			if out, err := m.try(t, nil, target, "VERSION="+version); err == nil || !strings.Contains(out,
				"VERSION and COMMIT may have no spaces") {
				t.Errorf("%s of %q: %v\n%s", target, version, err, out)
			}
		}
	}
	if seen, err := os.ReadFile(filepath.Join(m.notes, "seen")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something was called all the same: %s, %v", seen, err)
	}
}

// TestRecipesPasteNoSetting finds what is set by whoever calls make, and stands in a recipe as if it were a piece of
// it.
func TestRecipesPasteNoSetting(t *testing.T) {
	makefile := read(t, "../Makefile")
	var own []string // what the Makefile itself says
	for _, m := range regexp.MustCompile(`(?m)^(?:override |export )*([A-Za-z_]+)[ \t]*[:?]?=`).FindAllStringSubmatch(makefile, -1) {
		own = append(own, m[1])
	}
	n := 0
	for line := range strings.Lines(makefile) {
		if !strings.HasPrefix(line, "\t") {
			continue
		}
		for _, m := range regexp.MustCompile(`\$[({](?:or[ \t]+)?(?:\$[({])?([A-Z_0-9]+)[)},]`).FindAllStringSubmatch(line, -1) {
			n++
			if name := m[1]; slices.Contains(settings, name) || !slices.Contains(own, name) && name != "MAKE" &&
				!strings.HasSuffix(name, "_FLAGS") {
				t.Errorf("%s is pasted into the command %s", name, strings.TrimSpace(line))
			}
		}
	}
	if n < 20 {
		t.Errorf("%d variables found: are recipes written otherwise now?", n)
	}
}

// TestASettingIsData gives each setting such values, for all targets that have it.
func TestASettingIsData(t *testing.T) {
	for setting, targets := range map[string]string{
		"IMAGE": "image sbom smoke", "PLATFORM": "image", "SOURCE": "demo", "TAG": "release",
		"S3_BUCKET": "deploy-template", "PLACE": "bootstrap",
		"SMOKE": "smoke", "FUZZTIME": "fuzz", "KILLS": "kill", "TWICE": "twice", "FILES": "agree",
		"SEED":    "kill twice agree",
		"DESTDIR": "install uninstall", "PREFIX": "install uninstall", "BINDIR": "install uninstall",
		"DATADIR": "install uninstall", "MANDIR": "install uninstall",
	} {
		t.Run(setting, func(t *testing.T) {
			m := newMakeable(t, t.TempDir())
			m.write(t, map[string]string{"cmd/a_test.go": "func FuzzIt(f *testing.F) {}\n"})
			for _, value := range []string{
				"a  b; touch PWNED; #", "a'; touch PWNED; '", `a"; touch PWNED; "`,
				"a$(touch PWNED)`touch PWNED`$(shell touch PWNED)$(MAKE)$$", "-x", "a\nb\\",
			} {
				for _, env := range [][]string{{setting + "=" + value}, nil} {
					args := strings.Fields(targets)
					if setting != "SMOKE" {
						args = append(args, "SMOKE=yes")
					}
					if env == nil {
						args = append(args, setting+"="+value)
					}
					m.make(t, env, args...)
					if seen := m.noted(t, "seen"); !strings.Contains(seen, value) {
						t.Errorf("%q is not among what the commands have seen:\n%s", value, seen)
					}
				}
			}
		})
	}
}

// TestACheckoutMayBeAnywhere is of directories that people, or who names what they unpack, may think of.
func TestACheckoutMayBeAnywhere(t *testing.T) {
	for _, name := range []string{
		"a  b", "it's", `"`, "$(touch PWNED)", "`touch PWNED`", "$(shell touch PWNED)", "; touch PWNED; #", "a\nb",
		"a\ntouch PWNED\n", "#x", "50%", "~", "-x", "a:b", "*", `\`,
	} {
		m := newMakeable(t, filepath.Join(t.TempDir(), name))
		m.write(t, map[string]string{"cmd/a_test.go": "func FuzzIt(f *testing.F) {}\n"})
		m.make(t, []string{"TMPDIR=" + m.dir, "PREFIX=" + m.dir + "/into"},
			"build", "image", "sbom", "release", "demo", "test", "fuzz", "install", "uninstall", "synth", "deploy",
			"smoke", "SMOKE=yes", "cover", "grants", "help", "clean")
		if versions := m.noted(t, "versions"); strings.Count(versions, "\n") != 3 {
			t.Errorf("in %q: %q", name, versions)
		}
		if left, err := filepath.Glob(escaped(m.dir) + "/tmp.*"); err != nil || len(left) > 0 {
			t.Errorf("in %q is left: %q, %v", name, left, err)
		}
	}
}

// TestFilesMayHaveAnyName has a checkout with files that are named as flags, commands and revisions are.
func TestFilesMayHaveAnyName(t *testing.T) {
	m := newMakeable(t, t.TempDir())
	files := map[string]string{}
	for _, name := range []string{
		"HEAD", "-x", "--version", "a;touch PWNED;.go", "$(touch PWNED).go",
		"cmd/-x_test.go", "cmd/`touch PWNED`_test.go", "cmd/a b;touch PWNED/c_test.go", "cmd/$(touch PWNED)/c_test.go",
	} {
		files[name] = "func FuzzIt(f *testing.F) {}\n"
	}
	m.write(t, files)
	command(t, m.dir, nil, "git", "add", "-f", ".")
	command(t, m.dir, nil, "git", "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "Files")
	m.make(t, nil, "build", "image", "release", "lint", "fmt", "fuzz", "cover", "test", "clean")
	seen := m.noted(t, "seen")
	if strings.Count(seen, " -fuzz=^FuzzIt$ ") != 4 || !strings.Contains(seen, " ./cmd/a b;touch PWNED ") ||
		!strings.Contains(seen, " ./cmd/$(touch PWNED) ") {
		t.Errorf("seen:\n%s", seen)
	}
	if commits := m.noted(t, "commits"); len(strings.TrimSpace(commits)) != 40 {
		t.Errorf("where a file is named HEAD the commit is %q", commits)
	}
}

// TestEveryFuzzTargetRuns has targets where make fuzz might not look: it takes no list of directories.
func TestEveryFuzzTargetRuns(t *testing.T) {
	m := newMakeable(t, t.TempDir())
	for _, dir := range []string{"infra/schedule", "new", "-x"} {
		m.write(t, map[string]string{dir + "/a_test.go": "func FuzzIt(f *testing.F) {}\n"})
	}
	m.write(t, map[string]string{".tools/a_test.go": "func FuzzAnother(f *testing.F) {}\n"})
	m.make(t, nil, "fuzz")
	seen := m.noted(t, "seen")
	for _, dir := range []string{"./infra/schedule", "./new", "./-x"} {
		if !strings.Contains(seen, " "+dir+" ") {
			t.Errorf("%s is not among what was run:\n%s", dir, seen)
		}
	}
	if strings.Contains(seen, "FuzzAnother") {
		t.Errorf("a target of something else was run:\n%s", seen)
	}
}

// notRun fails the test where a name was run.
func notRun(t *testing.T, dirs ...string) {
	t.Helper()
	for _, dir := range dirs {
		for _, pattern := range []string{"/PWNED*", "/*/PWNED*"} {
			if found, err := filepath.Glob(escaped(dir) + pattern); err != nil || len(found) > 0 {
				t.Errorf("a name was run: %q, %v", found, err)
				for _, path := range found { // or the next case would see it, too
					if err := os.Remove(path); err != nil {
						t.Error(err)
					}
				}
			}
		}
	}
}
