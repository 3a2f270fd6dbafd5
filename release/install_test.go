package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestInstall installs what was built before on a machine without Go, as somebody whose files nobody else may
// read, and removes it again.
func TestInstall(t *testing.T) {
	dir := newMakeable(t, t.TempDir()).dir
	if err := os.RemoveAll(filepath.Join(dir, "bin")); err != nil {
		t.Fatal(err)
	}
	path := withoutGo(t)
	built := map[string]string{"bin/mirror": "mirror", "bin/controller": "controller"}
	for _, p := range []string{"mirror", "controller"} {
		for _, file := range []string{
			"man/" + p + ".1", "completions/" + p + ".bash", "completions/_" + p,
			"completions/" + p + ".fish",
		} {
			built["bin/share/"+file] = file
		}
	}
	out, err := makeOf(t, dir, path, "install")
	if err == nil || !strings.Contains(out, "go is not on the PATH: run make extras first, as who has it") {
		t.Errorf("before anything is built: %v\n%s", err, out)
	}
	write(t, dir, built)
	root := filepath.Join(t.TempDir(), "a root")
	if out, err := makeOf(t, dir, path, "install", "DESTDIR="+root, "PREFIX=/opt/my tools"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := map[string]string{}
	for _, p := range []string{"mirror", "controller"} {
		want["bin/"+p] = "-rwxr-xr-x " + p
		want["share/man/man1/"+p+".1"] = "-rw-r--r-- man/" + p + ".1"
		want["share/bash-completion/completions/"+p] = "-rw-r--r-- completions/" + p + ".bash"
		want["share/zsh/site-functions/_"+p] = "-rw-r--r-- completions/_" + p
		want["share/fish/vendor_completions.d/"+p+".fish"] = "-rw-r--r-- completions/" + p + ".fish"
	}
	if diff := cmp.Diff(want, installed(t, filepath.Join(root, "opt", "my tools"))); diff != "" {
		t.Errorf("installed (-want +got)\n%s", diff)
	}
	if out, err := makeOf(t, dir, path, "uninstall", "DESTDIR="+root, "PREFIX=/opt/my tools"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if left := installed(t, root); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// withoutGo returns a directory of the commands that make install takes, which Go is not among.
func withoutGo(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"make", "sh", "git", "install", "mkdir", "dirname", "rm", "sed"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// makeOf runs make in dir, with the commands of path alone.
func makeOf(t *testing.T, dir, path string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(),
		filepath.Join(path, "sh"), append([]string{"-c", `umask 077 && exec make "$@"`, "sh"}, args...)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + path}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// installed returns the files below root, each with its mode and content. All may enter the directories.
func installed(t *testing.T, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path != root && info.Mode().Perm() != 0o755 {
				t.Errorf("%s: %v", path, info.Mode())
			}
			return nil
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		files[name] = info.Mode().String() + " " + string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
