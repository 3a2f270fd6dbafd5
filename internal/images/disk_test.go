package images_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/transient"
)

const numbered = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",` +
	`"config":{"mediaType":"application/vnd.oci.image.config.v1+json",` +
	`"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[],` +
	`"annotations":{"n":"%d"}}`

// A named is a destination with the image that it was opened for.
type named struct {
	port.Destination
	image imagename.Name
}

func opened(t *testing.T, name string) named {
	t.Helper()
	dest, err := images.New(images.Options{}).Destination(t.Context(), parse(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return named{dest, parse(t, name)}
}

func writeImage(t *testing.T, dest named, n int) digest.Digest {
	t.Helper()
	put(t, dest, "{}")
	manifest := fmt.Appendf(nil, numbered, n)
	d := digest.FromBytes(manifest)
	if err := dest.PutTag(t.Context(), dest.image, port.Manifest{Digest: d, Content: manifest}); err != nil {
		t.Error(err)
	}
	return d
}

// Whoever writes to an OCI layout keeps what others have put there since it was opened.
func TestTwoWriteToOneLayout(t *testing.T) {
	layout := "oci:" + filepath.Join(t.TempDir(), "layout")
	first, second, unnamed := opened(t, layout+":first"), opened(t, layout+":second"), opened(t, layout)
	want := map[string]digest.Digest{":first": writeImage(t, first, 1), ":second": writeImage(t, second, 2)}
	writeImage(t, unnamed, 3)
	third := opened(t, layout+":third")
	moved := opened(t, layout+":second")
	want[":third"], want[":second"] = writeImage(t, third, 3), writeImage(t, moved, 4)
	for _, dest := range []named{first, second, unnamed, third, moved} {
		if err := dest.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got, err := images.New(images.Options{}).Digest(t.Context(), parse(t, layout+name)); err != nil ||
			got != want[name] {
			t.Errorf("%s: %s, %v, want %s", name, got, err, want[name])
		}
	}
	index, err := os.ReadFile(filepath.Join(strings.TrimPrefix(layout, "oci:"), "index.json"))
	if n := strings.Count(string(index), `"digest"`); err != nil || n != 4 {
		t.Errorf("%d manifests, %v: %s", n, err, index)
	}
}

// A reader who has a file of a layout open goes on to find all of it, and a program that is killed leaves it as it was.
func TestFilesOfALayoutAreReplacedAsAWhole(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "layout")
	name := "oci:" + dir + ":v1"
	dest := opened(t, name)
	manifest := writeImage(t, dest, 1)
	paths := []string{"index.json", "oci-layout", filepath.Join("blobs", "sha256", manifest.Encoded())}
	var files []*os.File
	var before [][]byte
	for _, path := range paths {
		file, err := os.Open(filepath.Join(dir, path))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		content, err := os.ReadFile(file.Name())
		if err != nil {
			t.Fatal(err)
		}
		files, before = append(files, file), append(before, content)
	}
	// A manifest that was cut short is put right.
	if err := os.Remove(files[2].Name()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(files[2].Name(), before[2][:10], 0o600); err != nil {
		t.Fatal(err)
	}
	writeImage(t, dest, 1)
	writeImage(t, dest, 2)
	if err := dest.Close(); err != nil {
		t.Error(err)
	}
	for i, file := range files {
		if got, err := io.ReadAll(file); err != nil || !bytes.Equal(got, before[i]) {
			t.Errorf("%s: %q, %v, want %q", paths[i], got, err, before[i])
		}
	}
	if got, err := os.ReadFile(files[2].Name()); err != nil || digest.FromBytes(got) != manifest {
		t.Errorf("%q, %v", got, err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "oci-put-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

// To open a directory erases it. It is not opened while something else writes to it, which may end soon.
func TestADirectoryIsWrittenToByOneAtATime(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "image")
	dest := opened(t, "dir:"+dir)
	want := writeImage(t, dest, 1)
	_, err := images.New(images.Options{}).Destination(t.Context(), parse(t, "dir:"+dir))
	if err == nil || err.Error() != dir+": another program writes to this directory; try again when it has ended" ||
		!transient.Is(err) {
		t.Errorf("%v", err)
	}
	if err := dest.Close(); err != nil {
		t.Error(err)
	}
	if got, err := images.New(images.Options{}).Digest(t.Context(), parse(t, "dir:"+dir)); err != nil || got != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	next := opened(t, "dir:"+dir)
	writeImage(t, next, 2)
	if err := next.Close(); err != nil {
		t.Error(err)
	}
}

// A copy to a directory that is broken off is not in the way of the next.
func TestABegunDirectoryIsBegunAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "image")
	dest := opened(t, "dir:"+dir)
	put(t, dest, "{}")
	if err := dest.Close(); err != nil { // as the end of a program does
		t.Fatal(err)
	}
	next := opened(t, "dir:"+dir)
	want := writeImage(t, next, 1)
	if err := next.Close(); err != nil {
		t.Error(err)
	}
	if got, err := images.New(images.Options{}).Digest(t.Context(), parse(t, "dir:"+dir)); err != nil || got != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
}

// What one program made and leaves empty stays there for another that has opened it.
func TestALayoutThatAnotherHasOpenStays(t *testing.T) {
	layout := "oci:" + filepath.Join(t.TempDir(), "layout") + ":v1"
	first, second := opened(t, layout), opened(t, layout)
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	want := writeImage(t, second, 1)
	if err := second.Close(); err != nil {
		t.Error(err)
	}
	if got, err := images.New(images.Options{}).Digest(t.Context(), parse(t, layout)); err != nil || got != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
}
