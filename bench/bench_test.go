package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"ecrmirror/bench/result"
	"ecrmirror/localstack/slowregistry"
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
}

func TestCommandsOfPeers(t *testing.T) {
	job := copyJob{path: "P", home: "/home", setting: wide, source: "127.0.0.1:1/a:1", destinations: []string{"127.0.0.1:2/b:1", "127.0.0.1:2/c:1"}}
	for _, p := range known() {
		commands := p.commands(job)
		if len(commands) != 2 || commands[0][0] != "P" || slices.Equal(commands[0], commands[1]) {
			t.Errorf("%s: %v", p.name, commands)
		}
	}
	job.budget = "16MiB"
	if got := mirrorCommand(job); len(got) != 1 || strings.Join(got[0], " ") != "P 127.0.0.1:1/a:1 --memory-budget 16MiB 127.0.0.1:2/b:1 127.0.0.1:2/c:1" {
		t.Errorf("mirror: %v", got)
	}
	if got := hosts(job); !slices.Equal(got, []string{"127.0.0.1:1", "127.0.0.1:2"}) {
		t.Errorf("hosts %v", got)
	}
}

// buildFor builds the programs into a directory of the test.
func buildFor(t *testing.T) (program, string) {
	t.Helper()
	mirror, measure, err := build(t.Context(), t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	return mirror, measure
}

func measureFor(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "measure")
	if err := goBuild(t.Context(), path, "ecrmirror/bench/measure"); err != nil {
		t.Fatal(err)
	}
	return path
}

// The peak of a small program is its own, however large this process is.
func TestPeakIsTheProgramsOwn(t *testing.T) {
	measure := measureFor(t)
	ballast := make([]byte, 256*mib)
	for i := range ballast {
		ballast[i] = 1
	}
	got, err := runAll(t.Context(), measure, nil, [][]string{{"/bin/sh", "-c", "true"}})
	runtime.KeepAlive(ballast)
	if err != nil {
		t.Fatal(err)
	}
	if got.peakRSS <= 0 || got.peakRSS > 32*mib || got.wall <= 0 {
		t.Errorf("%+v", got)
	}
}

func TestFailuresOfProgramsAreTold(t *testing.T) {
	measure := measureFor(t)
	_, err := runAll(t.Context(), measure, nil, [][]string{{"/bin/sh", "-c", "true"}, {"/bin/sh", "-c", "echo broken >&2; exit 3"}})
	if err == nil || err.Error() != "exit code 3: broken" {
		t.Errorf("%v", err)
	}
	if _, err := runAll(t.Context(), measure, nil, [][]string{{"/nowhere/program"}}); err == nil {
		t.Error("a program that is not there ran")
	}
}

// An interrupt ends programs, and what they have started.
func TestInterruptEndsPrograms(t *testing.T) {
	measure := measureFor(t)
	fifo := filepath.Join(t.TempDir(), "running")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := runAll(ctx, measure, []string{"PATH=/usr/bin:/bin"}, [][]string{{"/bin/sh", "-c", "sleep 1000 & echo >" + fifo + "; wait"}})
		ended <- err
	}()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		if _, err := os.Stat(fifo); err == nil {
			break
		}
	}
	cancel()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("it ended well")
		}
	case <-time.After(20 * time.Second):
		t.Error("it goes on")
	}
}

// A copy is measured, counted and held to the image at both kinds of destination.
func TestMeasuresCopies(t *testing.T) {
	mirror, measure := buildFor(t)
	image := slowregistry.Spec{Platforms: 2, Layers: 2, LayerSize: 300_000, Shared: 1, Seed: 9}
	cases := []benchCase{
		{Case: result.Case{ID: "Plain"}, image: image, turns: []turn{ours(1)}},
		{Case: result.Case{ID: "three"}, image: image, destinations: 3, turns: []turn{ours(1)}},
		{Case: result.Case{ID: "ecr"}, image: image, ecr: true, turns: []turn{ours(1)}},
		{Case: result.Case{ID: "again"}, image: image, again: true, turns: []turn{ours(1)}},
	}
	var stderr strings.Builder
	f, err := parseFlags([]string{"-rounds", "1", "-progress"}, &stderr)
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t.Context(), f, t.TempDir(), measure, []program{mirror}, &stderr)
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
		if s.Case == "again" {
			copies, read = 0, 0
		}
		if s.Error != "" || s.Wall <= 0 || s.PeakRSS <= 0 || s.SourceSize != read || s.WrittenSize != copies*s.ImageSize {
			t.Errorf("%s", text)
		}
	}
}

// A program that copies nothing fails, instead of being fast.
func TestInexactCopiesDoNotCount(t *testing.T) {
	idle := program{name: result.Ours, path: "/bin/true", settings: []string{byDefault}, commands: mirrorCommand}
	var stderr strings.Builder
	b := newBench(t.Context(), flags{timeout: time.Minute}, t.TempDir(), measureFor(t), []program{idle}, &stderr)
	image := slowregistry.Spec{Layers: 1, LayerSize: 1000}
	for _, ecr := range []bool{false, true} {
		if err := b.all(t.Context(), []benchCase{{Case: result.Case{ID: "idle"}, image: image, ecr: ecr, turns: []turn{ours(1)}}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range b.result.Samples {
		if !strings.Contains(s.Error, "not exact") {
			t.Errorf("error %q", s.Error)
		}
	}
}
