package containers

import (
	"debug/elf"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/testcontainers/testcontainers-go"

	"ecrmirror/localstack/server"
)

// sizeLimit is the most bytes that the image may take: both programs, not compressed.
const sizeLimit = 50_000_000

func TestTheImageSaysWhatItIsAndRunsNothingByItself(t *testing.T) {
	need(t)
	docker, err := testcontainers.NewDockerClientWithOpts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer docker.Close()
	got, err := docker.ImageInspect(t.Context(), imageName)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("size: %d bytes", got.Size)
	if got.Size >= sizeLimit {
		t.Errorf("%d bytes are more than %d", got.Size, sizeLimit)
	}
	if c := got.Config; len(c.Entrypoint) != 0 || !slices.Equal(c.Cmd, imageCommand) || c.User != "65532:65532" {
		t.Errorf("entrypoint %q, command %q, user %q", c.Entrypoint, c.Cmd, c.User)
	}
	want := map[string]string{
		"org.opencontainers.image.title": "ecrmirror",
		"org.opencontainers.image.description": "Keeps container images in Amazon ECR, and in any other registry, " +
			"equal to their source",
		"org.opencontainers.image.version":  "v1.2.3",
		"org.opencontainers.image.revision": "0123abc",
		"org.opencontainers.image.licenses": "Apache-2.0",
	}
	if diff := cmp.Diff(want, got.Config.Labels); diff != "" {
		t.Errorf("labels (-want +got)\n%s", diff)
	}
}

func TestRunWithoutACommandItSaysWhichThereAre(t *testing.T) {
	w := newWorld(t, server.Options{NoEvents: true})
	code, output := w.run()
	if code != 0 || !strings.Contains(output, "ecrmirror mirror -h") || !strings.Contains(output,
		"ecrmirror controller -h") {
		t.Errorf("exit code %d:\n%s", code, output)
	}
}

func TestBothArchitecturesHaveTheSameFilesAndNothingMore(t *testing.T) {
	need(t)
	for arch, machine := range map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64} {
		t.Run(arch, func(t *testing.T) {
			dir := t.TempDir()
			if err := build(t.Context(), "--platform", "linux/"+arch, "--output", "type=local,dest="+dir); err != nil {
				t.Fatal(err)
			}
			// No shell, and nothing else that a job does not need.
			want := []string{
				"etc/", "etc/ssl/", "etc/ssl/certs/", "etc/ssl/certs/ca-certificates.crt",
				"tmp/", "usr/", "usr/local/", "usr/local/bin/", "usr/local/bin/controller", "usr/local/bin/mirror",
			}
			if diff := cmp.Diff(want, tree(t, dir)); diff != "" {
				t.Errorf("files (-want +got)\n%s", diff)
			}
			if info, err := os.Stat(filepath.Join(dir, "tmp")); err != nil ||
				info.Mode() != fs.ModeDir|fs.ModeSticky|0o777 {
				t.Errorf("/tmp: %v, %v", info.Mode(), err)
			}
			for _, program := range []string{"mirror", "controller"} {
				checkStatic(t, filepath.Join(dir, "usr/local/bin", program), machine)
			}
		})
	}
}

// tree lists all files below a directory; directories end in a slash.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if d.IsDir() {
			path += "/"
		}
		files = append(files, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(files, func(f string) bool { return f == "./" })
}

// checkStatic checks that a program is for the machine, and asks nobody to load libraries for it.
func checkStatic(t *testing.T, path string, machine elf.Machine) {
	t.Helper()
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Machine != machine {
		t.Errorf("%s is for %s", path, f.Machine)
	}
	libraries, err := f.ImportedLibraries()
	interpreted := slices.ContainsFunc(f.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP })
	if err != nil || interpreted || len(libraries) > 0 {
		t.Errorf("%s is not static: libraries %s, %v", path, strings.Join(libraries, " "), err)
	}
}
