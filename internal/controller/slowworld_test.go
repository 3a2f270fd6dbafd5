package controller_test

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/table"
)

// A slowWorld is a table whose images are at hosts that take their time. All are current.
type slowWorld struct {
	whole
	takes map[string]time.Duration // by host: the time of an answer; others take none
	width int                      // answers that a host gives at a time
	page  time.Duration            // that reading an entry takes
	text  string                   // more of it in each entry that is read, to have it fill a wave

	mu      sync.Mutex
	order   []string // sources, as the table has them
	entries map[string]entry.Entry
	looked  map[string]time.Time // by source: when it was last looked at
	written int                  // statuses
	marks   int                  // those that were not due
	asked   map[string]int       // by host
}

func newSlowWorld(width int) *slowWorld {
	return &slowWorld{
		width: width, takes: map[string]time.Duration{}, entries: map[string]entry.Entry{},
		looked: map[string]time.Time{}, asked: map[string]int{},
	}
}

// add adds entries with sources at a host that takes so long.
func (w *slowWorld) add(host string, n int, takes time.Duration) {
	w.takes[host] = takes
	for i := range n {
		source := fmt.Sprintf("%s/app-%d:1", host, i)
		w.entries[source] = entry.Entry{
			Source: source, Destinations: []string{fmt.Sprintf("to.io/%s/app-%d:1", host, i)},
		}
	}
	w.order = slices.Sorted(maps.Keys(w.entries))
}

func (w *slowWorld) All(ctx context.Context, _ time.Time) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		for _, source := range w.order {
			w.mu.Lock()
			e := w.entries[source]
			w.mu.Unlock()
			e.Status.Error += w.text
			if err := wait(ctx, w.page); err != nil || ctx.Err() != nil {
				yield(entry.Entry{}, ctx.Err())
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (w *slowWorld) LookUp(
	ctx context.Context, names []imagename.Name, ask func(int) bool, found func(int, digest.Digest, int64, error),
) {
	hosts := map[string][]int{}
	for i, name := range names {
		hosts[name.Host] = append(hosts[name.Host], i)
	}
	var all sync.WaitGroup
	for host, images := range hosts {
		next := make(chan int)
		for range min(w.width, len(images)) {
			all.Go(func() {
				for i := range next {
					if ask(i) {
						w.count(host)
						found(i, one, 0, wait(ctx, w.takes[host]))
					}
				}
			})
		}
		all.Go(func() {
			for _, i := range images {
				next <- i
			}
			close(next)
		})
	}
	all.Wait()
}

func (w *slowWorld) count(host string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked[host]++
}

func wait(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return nil
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *slowWorld) DeferredUntil(imagename.Name) time.Time { return time.Time{} }

func (w *slowWorld) Record(_ context.Context, read entry.Update) {
	w.mu.Lock()
	defer w.mu.Unlock()
	source := read.Entry.Source
	w.looked[source] = time.Now()
	e := w.entries[source] // without more text
	u := e.Update(read.Result)
	if !u.Due() && read.Mark {
		w.marks++
	}
	if u.Due() || read.Mark {
		e.Status = u.Status
		w.entries[source] = e
		w.written++
	}
}

func (w *slowWorld) Close() table.Recorded { return table.Recorded{} }

func (w *slowWorld) sweep(t *testing.T) controller.Report {
	t.Helper()
	c := &controller.Controller{Entries: w, Digests: w, Status: func() controller.Recorder { return w }}
	began := time.Now()
	report, err := c.Sweep(t.Context())
	if took := time.Since(began); err != nil || took > controller.DefaultLimit {
		t.Errorf("%v, %v after %v", report, err, took)
	}
	return report
}
