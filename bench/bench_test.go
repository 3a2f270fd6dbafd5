package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ecrmirror/bench/result"
	"ecrmirror/testkit/programs"
	"ecrmirror/testkit/slowregistry"
)

func TestEveryCaseCanBeChosen(t *testing.T) {
	for _, quick := range []bool{false, true} {
		for _, c := range allCases(quick) {
			got, err := chosen(allCases(quick), []string{c.ID})
			if err != nil || len(got) != 1 || got[0].ID != c.ID || len(c.turns) == 0 {
				t.Errorf("%s: %v, %v", c.ID, got, err)
			}
		}
	}
	got, err := chosen(allCases(false), []string{"M-127*", "A", "A"})
	if err != nil || len(got) != 3 || got[0].ID != "A" {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := chosen(allCases(false), []string{"Z*"}); err == nil {
		t.Error("a case Z")
	}
	got, err = chosen(allCases(false), nil)
	if err != nil || len(got) < 10 || slices.ContainsFunc(got, func(c benchCase) bool { return len(c.images) > 1 }) {
		t.Errorf("without names: %v, %v", got, err)
	}
	got, err = chosen(allCases(false), []string{"R*"})
	if err != nil || len(got) != 5 || slices.ContainsFunc(got, func(c benchCase) bool { return len(c.images) == 1 }) {
		t.Errorf("of many tags: %v, %v", got, err)
	}
}

// buildFor builds the programs into a directory of the test.
func buildFor(t *testing.T) (programs.Program, string) {
	t.Helper()
	mirror, measure, err := programs.Build(t.Context(), t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	return mirror, measure
}

func measureFor(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "measure")
	if err := programs.GoBuild(t.Context(), path, "ecrmirror/testkit/measure"); err != nil {
		t.Fatal(err)
	}
	return path
}

// A copy is measured, counted and held to the image at both kinds of destination.
func TestMeasuresCopies(t *testing.T) {
	mirror, measure := buildFor(t)
	image := slowregistry.Spec{Platforms: 2, Layers: 2, LayerSize: 300_000, Shared: 1, Seed: 9}
	neighbourly := []slowregistry.Spec{
		{Layers: 2, LayerSize: 1000, Seed: 8}, {Layers: 2, LayerSize: 1000, Seed: 8, First: 1},
	}
	cases := []benchCase{
		{Case: result.Case{ID: "Plain"}, images: one(image), turns: []turn{ours(1)}},
		{Case: result.Case{ID: "three"}, images: one(image), destinations: 3, turns: []turn{ours(1)}},
		{Case: result.Case{ID: "ecr"}, images: one(image), ecr: true, turns: []turn{ours(1)}},
		{Case: result.Case{ID: "again"}, images: one(image), again: true, turns: []turn{ours(1)}},
		{Case: result.Case{ID: "tags"}, images: neighbourly, destinations: 2, turns: []turn{ours(1)}},
		{Case: result.Case{ID: "tags-ecr"}, images: neighbourly, ecr: true, quota: 100, turns: []turn{ours(1)}},
		{Case: result.Case{ID: "sweep"}, images: neighbourly, sweep: true, turns: []turn{ours(1)}},
	}
	var stderr strings.Builder
	f, err := parseFlags([]string{"-rounds", "1", "-progress"}, &stderr)
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t.Context(), f, t.TempDir(), measure, []programs.Program{mirror}, &stderr)
	if err := b.buildController(t.Context(), t.TempDir(), cases); err != nil {
		t.Fatal(err)
	}
	if err := b.all(t.Context(), cases); err != nil {
		t.Fatal(err)
	}
	if len(b.result.Samples) != len(cases) {
		t.Fatalf("%d samples", len(b.result.Samples))
	}
	for _, s := range b.result.Samples {
		text, _ := json.Marshal(s)
		copies := int64(s.Destinations)
		read := s.ImageSize
		if s.Case == "again" || s.Case == "sweep" {
			copies, read = 0, 0
		}
		if s.Error != "" || s.Wall <= 0 || s.PeakRSS <= 0 || s.SourceSize != read ||
			s.WrittenSize != copies*s.ImageSize {
			t.Errorf("%s", text)
		}
		if s.Case == "sweep" && (s.SourceCalls["GET tags"] != 1 || s.SourceCalls["HEAD manifest"] != 2) {
			t.Errorf("a sweep asked the source for %v", s.SourceCalls)
		}
	}
}

// A program that copies nothing fails, instead of being fast.
func TestInexactCopiesDoNotCount(t *testing.T) {
	idle := programs.Program{
		Name: programs.Ours, Path: "/bin/true", Settings: []string{programs.ByDefault}, Commands: programs.Mirror,
	}
	var stderr strings.Builder
	b := newBench(t.Context(), flags{timeout: time.Minute}, t.TempDir(), measureFor(t),
		[]programs.Program{idle}, &stderr)
	image := slowregistry.Spec{Layers: 1, LayerSize: 1000}
	for _, ecr := range []bool{false, true} {
		if err := b.all(t.Context(),
			[]benchCase{{Case: result.Case{ID: "idle"}, images: one(image), ecr: ecr, turns: []turn{ours(1)}}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range b.result.Samples {
		if !strings.Contains(s.Error, "not exact") {
			t.Errorf("error %q", s.Error)
		}
	}
}
