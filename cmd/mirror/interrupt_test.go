package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ecrmirror/testkit/slowregistry"
)

// TestAnInterruptIsNoFailure interrupts a copy whose source has stalled. What had not ended is called
// interrupted, by the bars as in the result, and nothing failed.
func TestAnInterruptIsNoFailure(t *testing.T) {
	images := slowregistry.NewImages()
	if _, err := images.Put("app", "1", slowregistry.Spec{Layers: 2, LayerSize: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	source, err := slowregistry.Start(t.Context(), images,
		slowregistry.Options{Stall: slowregistry.Stall{For: time.Hour, After: 1 << 19}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = source.Close() }()
	dir := t.TempDir()
	var stdout, stderr strings.Builder
	cmd := exec.CommandContext(t.Context(), "mirror", "--progress=plain", source.Host()+"/app:1",
		"oci:"+filepath.Join(dir, "layout"))
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for !source.Stalled() {
		select {
		case <-t.Context().Done():
			t.Fatal("nothing stalls")
		case <-time.After(time.Millisecond):
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
	if want := "interrupted oci:" + filepath.Join(dir, "layout") + "\n"; stdout.String() != want {
		t.Errorf("%q, want %q", stdout.String(), want)
	}
	if want := "mirror: stopped by signal: interrupt\n"; stderr.String() != want {
		t.Errorf("%q, want %q", stderr.String(), want)
	}
}
