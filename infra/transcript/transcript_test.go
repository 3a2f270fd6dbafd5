package transcript_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ecrmirror/infra/transcript"
)

func TestHold(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.md")
	const before = "# X\n<!-- a: by a test -->\nold\n<!-- end of a -->\n<!-- b: by a test -->\nkept\n<!-- end of b " +
		"-->\n"
	if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	transcript.Hold(t, file, "a", "make a", "ok  step (7s)\nok  copy was there after 12s\n", true)
	const want = "# X\n<!-- a: by a test -->\n```\n$ make a\nok  step\nok  copy was there\n```\n<!-- end of a " +
		"-->\n<!-- b: by a test -->\nkept\n<!-- end of b -->\n"
	if got, err := os.ReadFile(file); err != nil || string(got) != want {
		t.Errorf("got %q, %v", got, err)
	}
	transcript.Hold(t, file, "a", "make a", "ok  step (8s)\nok  copy was there after 1m2s (1m3s)\n", false)
	if err := os.WriteFile(file, []byte(strings.Replace(want, "ok  step", "ok  step 12 of 40", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	transcript.Hold(t, file, "a", "make a", "ok  step 13 of 40\nok  copy was there\n", false)
}
