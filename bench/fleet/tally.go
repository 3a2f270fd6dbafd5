package main

import (
	"sync"
	"time"
)

// A tally is what the attempts of jobs came to. It is safe for concurrent use.
type tally struct {
	mu       sync.Mutex
	attempts int
	busy     time.Duration            // of all slots
	current  map[string]time.Duration // since when the images are, by their sources
	failures map[string]int           // of images
	exits    map[int]int              // how often attempts ended with which code
}

func newTally() *tally {
	return &tally{current: map[string]time.Duration{}, failures: map[string]int{}, exits: map[int]int{}}
}

// attempt adds an attempt.
func (t *tally) attempt(r report, at moment) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.attempts++
	t.busy += at.ended - at.began
	t.exits[r.Exit]++
	for i, image := range r.Images {
		_, is := t.current[image.Source]
		switch {
		case image.State == failed:
			t.failures[image.Source]++
		case !is:
			t.current[image.Source] = at.done[i]
		}
	}
}

// last returns when the last of the images became current; with sound, the last of those that never failed.
func (t *tally) last(sound bool) (last time.Duration) {
	for source, since := range t.current {
		if !sound || t.failures[source] == 0 {
			last = max(last, since)
		}
	}
	return last
}

// vCPU returns the vCPU-seconds of all attempts: a job has one vCPU, from the start of its container on.
func (t *tally) vCPU() float64 { return t.busy.Seconds() }
