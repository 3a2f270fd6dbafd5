package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/programs"
	"ecrmirror/testkit/sink"
)

// quick are the flags of registries that do not wait.
func quick() flags { return flags{rate: 1e9, layer: 1 << 10, rounds: 1, timeout: time.Minute} }

func startWorld(t *testing.T) *world {
	t.Helper()
	c, err := newContents(1 << 10)
	if err != nil {
		t.Fatal(err)
	}
	w, err := newWorld(t.Context(), c, quick())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// mirror has the destination have everything that it should.
func (w *world) mirror(t *testing.T) {
	t.Helper()
	for _, name := range repositories() {
		want := w.contents.want[destinationName(name)]
		held := sink.Repository{Manifests: map[digest.Digest]sink.Manifest{}, Tags: want.tags}
		for d := range want.manifests {
			mediaType, body := w.contents.images.Manifest(sourceName(name), d)
			if len(body) == 0 {
				t.Fatalf("the source has no manifest %s of %s", d, name)
			}
			held.Manifests[d] = sink.Manifest{MediaType: mediaType, Body: body}
		}
		w.to.Hold(destinationName(name), held)
	}
}

func TestWhatIsLeftOutIsFound(t *testing.T) {
	w := startWorld(t)
	w.mirror(t)
	if err := w.verify(); err != nil {
		t.Fatal(err)
	}
	const name = "mirrored/proxy" // which has indexes
	for _, tt := range []struct {
		want  string
		spoil func(sink.Repository)
	}{
		{"tag 1.4.0 is left out", func(r sink.Repository) { delete(r.Tags, "1.4.0") }},
		{"tag 1.4.0 is sha256:", func(r sink.Repository) { r.Tags["1.4.0"] = r.Tags["1.5.0"] }},
		{"11 tags, not 10", func(r sink.Repository) { r.Tags["latest"] = r.Tags["1.5.0"] }},
		{"is left out", func(r sink.Repository) {
			for d := range r.Manifests {
				delete(r.Manifests, d)
				return
			}
		}},
	} {
		spoiled := w.to.Repository(name)
		tt.spoil(spoiled)
		w.to.Hold(name, spoiled)
		if err := w.verify(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, want %s", err, tt.want)
		}
		w.mirror(t)
	}
}

// A tag that moves is stale at the destination until it moves back.
func TestATagMovesAndBack(t *testing.T) {
	w := startWorld(t)
	w.mirror(t)
	back, err := w.contents.move()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.verify(); err == nil || !strings.Contains(err.Error(), "mirrored/api: tag 1.9.0 is ") {
		t.Error(err)
	}
	if err := back(); err != nil {
		t.Fatal(err)
	}
	if err := w.verify(); err != nil {
		t.Error(err)
	}
}

// A program that does nothing, and says that all went well, fails at the first run and is not asked on.
func TestAProgramThatLeavesAllOutFails(t *testing.T) {
	dir := t.TempDir()
	measure := filepath.Join(dir, "measure")
	if err := programs.GoBuild(t.Context(), measure, "ecrmirror/testkit/measure"); err != nil {
		t.Fatal(err)
	}
	idle := filepath.Join(dir, "idle")
	if err := os.WriteFile(idle, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	f := quick()
	f.out = filepath.Join(dir, "out")
	b, err := newBench(f, dir, measure, []programs.Program{{Name: programs.Ours, Path: idle}}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.all(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, s := range b.result.Samples {
		if s.Case != first || !strings.HasSuffix(s.Error, ": tag 1.0.0 is left out") {
			t.Errorf("%+v", s)
		}
	}
	var out strings.Builder
	switch kept, err := b.report(&out); {
	case err != nil:
		t.Fatal(err)
	case kept || !strings.Contains(out.String(), "3 failed") || !strings.Contains(out.String(), "failed: not exact"):
		t.Error(out.String())
	}
	if _, err := os.Stat(filepath.Join(f.out, "report.json")); err != nil {
		t.Error(err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := b.all(ended); err == nil {
		t.Error("it went on after its end")
	}
}
