package conformance

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/corpus"
)

// A directory, which is erased when it is opened, is never two programs' at a time: one of them copies the image, and
// the other finds it there, copies it after it, or says that it has to wait.
func TestTwoProgramsWriteToOneDirectory(t *testing.T) {
	t.Parallel()
	from := filepath.Join(t.TempDir(), "layout")
	image, err := corpus.WriteLarge(from, "")
	if err != nil {
		t.Fatal(err)
	}
	for n := range 5 {
		dir := filepath.Join(t.TempDir(), fmt.Sprint("image", n))
		var said [2]bytes.Buffer
		args := []string{"oci:" + from + ":" + image.Name, "dir:" + dir}
		first, second := mirrorProgram("http://127.0.0.1:9", args...), mirrorProgram("http://127.0.0.1:9", args...)
		first.Stderr, second.Stderr = &said[0], &said[1]
		if err := first.Start(); err != nil {
			t.Fatal(err)
		}
		_ = second.Run()
		_ = first.Wait()
		done := 0
		for i, code := range []int{first.ProcessState.ExitCode(), second.ProcessState.ExitCode()} {
			switch {
			case code == 0:
				done++
			case code != 75 || !strings.Contains(said[i].String(), "another program writes to this directory"):
				t.Errorf("exit code %d: %s", code, said[i].String())
			}
		}
		if done == 0 {
			t.Error("neither has copied it")
		}
		if content, err := os.ReadFile(filepath.Join(dir, "manifest.json")); err != nil ||
			digest.FromBytes(content) != image.Root.Digest {
			t.Errorf("the root has %d bytes of another digest, %v", len(content), err)
		}
		for _, blob := range image.Blobs {
			if content, err := os.ReadFile(filepath.Join(dir, blob.Digest.Encoded())); err != nil ||
				digest.FromBytes(content) != blob.Digest {
				t.Errorf("blob %s has %d bytes of another digest, %v", blob.Digest, len(content), err)
			}
		}
	}
}
