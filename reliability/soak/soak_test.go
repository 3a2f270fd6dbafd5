package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The servers are this program, run again.
func TestMain(m *testing.M) {
	if slices.Contains(os.Args[1:], "-serve") {
		main()
		return
	}
	os.Exit(m.Run())
}

// Memory is not looked at: the race detector has its own.
func TestASmallSoakLeavesNothingOpen(t *testing.T) {
	f, err := parseFlags([]string{"-n", "40", "-every", "10", "-mirrors", "4"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	s := &soak{flags: f, stderr: t.Output()}
	if err := s.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	begin, end := s.result.Samples[0], s.result.Samples[len(s.result.Samples)-1]
	if end.Goroutines > begin.Goroutines || end.Descriptors > begin.Descriptors {
		t.Errorf("something is left open: %+v, and %+v at first", end, begin)
	}
	if s.result.Jobs != 40 || s.result.Sweeps < 1 || s.result.FaultsTo <= s.result.FaultsFrom {
		t.Errorf("%d jobs, %d sweeps, faults from image %d to %d", s.result.Jobs, s.result.Sweeps, s.result.FaultsFrom,
			s.result.FaultsTo)
	}
	dir := t.TempDir()
	if err := write(dir, &s.result); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"soak.json", "soak.md", "soak.svg"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatGrowsIsAnError(t *testing.T) {
	steady := sample{RSS: 50 << 20, Heap: 5 << 20, Goroutines: 4, Descriptors: 12}
	for _, c := range []struct {
		name  string
		grow  func(*sample) // the last two samples: after all images, and after all is closed
		wrong bool
	}{
		{"nothing", func(*sample) {}, false},
		{"a little", func(s *sample) { s.RSS, s.Heap = s.RSS+spareRSS, s.Heap+spareHeap }, false},
		{"resident", func(s *sample) { s.RSS += spareRSS + 1 }, true},
		{"heap", func(s *sample) { s.Heap += spareHeap + 1 }, true},
		{"goroutines", func(s *sample) { s.Goroutines += spare + 1 }, true},
		{"descriptors", func(s *sample) { s.Descriptors += spare + 1 }, true},
	} {
		r := &result{Images: 100}
		for n := range 5 {
			s := steady
			s.Images = n * 25
			r.Samples = append(r.Samples, s)
		}
		end := steady
		end.Images = 100
		r.Samples = append(r.Samples, end)
		c.grow(&r.Samples[4])
		c.grow(&r.Samples[5])
		if err := r.grown(); (err != nil) != c.wrong {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
