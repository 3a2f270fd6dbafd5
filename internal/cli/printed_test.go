package cli

import (
	"os"
	"strings"
	"testing"
)

// TestWhoeverHasReadEnough hears no complaint: mirror version | head.
func TestWhoeverHasReadEnough(t *testing.T) {
	for _, typed := range []string{"version", "version -o json", "completion bash", "completion zsh"} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		cmd := newProgram()
		cmd.SetArgs(strings.Fields(typed))
		cmd.SetOut(w)
		if err := cmd.Execute(); err != nil {
			t.Errorf("%s: %v", typed, err)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		// Anything else is a failure.
		cmd.SetOut(w)
		if err := cmd.Execute(); err == nil || !strings.HasPrefix(err.Error(), "printing the result: ") {
			t.Errorf("%s, to a closed file: %v", typed, err)
		}
	}
}
