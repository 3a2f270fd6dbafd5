package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"ecrmirror/testkit/pause"
)

// A clock is the fleet's time. It stands still while attempts of jobs work, and goes on to the end of the first of them
// once all that run have told what they did.
type clock struct {
	model    model
	attempts func() int           // how many run, those that have told of themselves among them
	failed   func(source string)  // is told of each image that failed, before its attempt ends
	attempt  func(report, moment) // is told of each attempt

	mu   sync.Mutex
	now  time.Duration // since the jobs were submitted
	told []waiting
}

// A moment is when an attempt was, and when each of its images was done with.
type moment struct {
	began, ended time.Duration
	done         []time.Duration
}

// waiting is an attempt that has told what it did, and runs until it is let go.
type waiting struct {
	ends time.Duration
	gone chan struct{}
}

// ServeHTTP takes what an attempt has done, and answers at its end. It has begun at this instant: no time has passed
// since Batch started it.
func (c *clock) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var done report
	if err := json.NewDecoder(r.Body).Decode(&done); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	select {
	case <-c.take(done):
		w.WriteHeader(http.StatusNoContent)
	case <-r.Context().Done():
	}
}

// take takes in an attempt. The channel is closed at its end.
func (c *clock) take(done report) <-chan struct{} {
	for _, image := range done.Images {
		if image.State == failed {
			c.failed(image.Source)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	at := moment{began: c.now}
	at.done, at.ended = c.model.attempt(done.Images)
	at.ended += c.now
	for i := range at.done {
		at.done[i] += c.now
	}
	c.attempt(done, at)
	w := waiting{ends: at.ended, gone: make(chan struct{})}
	c.told = append(c.told, w)
	return w.gone
}

// errStuck is why a simulation ends without a result.
var errStuck = errors.New("attempts of jobs run for minutes and do not tell what they did")

// patience is how long attempts may work, in real time.
const patience = 5 * time.Minute

// run lets attempts end, by this clock, until none is left.
func (c *clock) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stuck := time.AfterFunc(patience, func() { cancel(errStuck) })
	defer stuck.Stop()
	for {
		for !c.settled() {
			if !pause.For(ctx, time.Millisecond) {
				return context.Cause(ctx)
			}
		}
		if !c.step() {
			return nil
		}
		stuck.Reset(patience)
	}
}

// settled reports whether all attempts that run have told what they did. One that was let go runs until its process has
// ended, and then Batch starts the next at once.
func (c *clock) settled() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.attempts() == len(c.told)
}

// step goes on to the first end of an attempt, and lets all go that end then. It returns false if none is left.
func (c *clock) step() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.told) == 0 {
		return false
	}
	c.now = slices.MinFunc(c.told, func(a, b waiting) int { return cmp.Compare(a.ends, b.ends) }).ends
	c.told = slices.DeleteFunc(c.told, func(w waiting) bool {
		if w.ends == c.now {
			close(w.gone)
		}
		return w.ends == c.now
	})
	return true
}
