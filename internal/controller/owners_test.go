package controller_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/claims"
	"ecrmirror/internal/conflict"
	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgertable"
	"ecrmirror/internal/request"
)

var ownerHistories = flag.Int("owner-histories", 40, "number of random histories of TestNoTagFlips")

// TestNoTagFlips puts, removes, expires and re-spells entries at random, sweeps, and looks at single entries as pushes
// do. A tag that was mirrored from one source is mirrored from another only once the first one's entry did not have it
// for a moment.
func TestNoTagFlips(t *testing.T) {
	for seed := range *ownerHistories {
		w := newOwners(uint64(seed)) //nolint:gosec // counts up from 0
		for range 40 {
			w.happen(t)
		}
		if w.wrong != "" {
			t.Fatalf("seed %d: %s\n%s", seed, w.wrong, strings.Join(w.told, "\n"))
		}
	}
}

// The spellings of three sources and of two destinations; those of one image stand together.
var (
	sourceSpellings = [][]string{
		{"alpine:3", "docker.io/library/alpine:3", "index.docker.io/alpine:3"},
		{"ghcr.io/fork/alpine:3", "GHCR.io:443/fork/alpine:3"},
		{"quay.io/other/alpine:3"},
	}
	destinationSpellings = [][]string{{"r.io/a:1", "R.io:443/a:1"}, {"r.io/b:1"}}
)

// owners is a table, a ledger, registries and jobs.
type owners struct {
	whole
	random  *rand.Rand
	now     time.Time
	entries map[string]entry.Entry // by source
	ledger  map[ledger.Key]ledger.Destination
	has     map[string]digest.Digest // by the canonical name
	writer  map[string]string        // destination -> the source that was last copied there, both canonical
	stayed  map[string]bool          // destinations whose writer's entry has had them ever since
	told    []string
	wrong   string
	jobs    int
	mu      sync.Mutex // held while the ledger or what is copied changes
}

func newOwners(seed uint64) *owners {
	w := &owners{
		random: rand.New(rand.NewPCG(seed, 2)), //nolint:gosec // a history can be repeated
		now:    time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC), entries: map[string]entry.Entry{},
		ledger: map[ledger.Key]ledger.Destination{}, has: map[string]digest.Digest{}, writer: map[string]string{},
		stayed: map[string]bool{},
	}
	for _, spellings := range sourceSpellings {
		w.has[conflict.Image(spellings[0])] = digest.FromString(spellings[0])
	}
	return w
}

func (w *owners) pick(spellings [][]string) string {
	of := spellings[w.random.IntN(len(spellings))]
	return of[w.random.IntN(len(of))]
}

// happen does one thing.
func (w *owners) happen(t *testing.T) {
	w.now = w.now.Add(time.Duration(w.random.IntN(100)) * time.Minute)
	switch w.random.IntN(6) {
	case 0, 1:
		w.put()
	case 2:
		source := w.pick(sourceSpellings)
		delete(w.entries, source)
		w.tell("remove %s", source)
	case 3:
		moved := conflict.Image(w.pick(sourceSpellings))
		w.has[moved] = digest.FromString(fmt.Sprint(w.now))
		w.tell("%s moves", moved)
	case 4:
		w.tell("sweep")
		w.check(t, (*controller.Controller).Sweep)
	case 5:
		source := w.pick(sourceSpellings)
		w.tell("push of %s", source)
		w.check(t, func(c *controller.Controller, ctx context.Context) (controller.Report, error) {
			return c.Event(ctx, imagename.Name{}, func(yield func(entry.Entry, error) bool) {
				for e, err := range w.All(ctx, w.now) {
					if conflict.Image(e.Source) == conflict.Image(source) && !yield(e, err) {
						return
					}
				}
			})
		})
	}
	w.look()
}

// put writes an entry, now and then one that expires, or another spelling of one that is there.
func (w *owners) put() {
	e := entry.Entry{Source: w.pick(sourceSpellings), Destinations: []string{w.pick(destinationSpellings)}}
	if w.random.IntN(3) == 0 {
		e.Destinations = append(e.Destinations, w.pick(destinationSpellings))
	}
	if w.random.IntN(3) == 0 {
		e.Expires = w.now.Add(time.Duration(w.random.IntN(300)) * time.Minute)
	}
	w.entries[e.Source] = e
	w.tell("put %s %s until %s", e.Source, e.Destinations, e.Expires.Format(time.TimeOnly))
}

func (w *owners) tell(format string, args ...any) {
	w.told = append(w.told, w.now.Format("15:04 ")+fmt.Sprintf(format, args...))
}

// look notes which writers' entries have lost their destinations.
func (w *owners) look() {
	for destination, writer := range w.writer {
		there := false
		for _, e := range w.entries {
			for _, d := range e.Destinations {
				there = there || !e.ExpiredBy(w.now) && conflict.Image(e.Source) == writer &&
					conflict.Image(d) == destination
			}
		}
		w.stayed[destination] = w.stayed[destination] && there
	}
}

func (w *owners) check(t *testing.T, do func(*controller.Controller, context.Context) (controller.Report, error)) {
	w.look() // entries expire by themselves
	clock := func() time.Time { return w.now }
	var ids atomic.Int64
	_, err := do(&controller.Controller{
		Entries: w, Digests: w, Jobs: w, Ledger: w, Now: clock,
		Claims: &claims.Claimer{Ledger: w, Jobs: w, Now: clock, ID: func() string {
			return fmt.Sprint(w.now.UnixNano(), ids.Add(1))
		}},
	}, t.Context())
	if err != nil {
		t.Fatal(err)
	}
}

// All implements [controller.Entries].
func (w *owners) All(_ context.Context, now time.Time) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		for _, source := range slices.Sorted(maps.Keys(w.entries)) {
			if e := w.entries[source]; !e.ExpiredBy(now) && !yield(e, nil) {
				return
			}
		}
	}
}

// LookUp implements [controller.Digests].
func (w *owners) LookUp(
	_ context.Context, names []imagename.Name, ask func(int) bool, found func(int, digest.Digest, int64, error),
) {
	for i, name := range names {
		if ask(i) {
			w.mu.Lock()
			d := w.has[name.Canonical().String()]
			w.mu.Unlock()
			found(i, d, 0, nil)
		}
	}
}

// DeferredUntil implements [controller.Digests].
func (*owners) DeferredUntil(imagename.Name) time.Time { return time.Time{} }

// InFlight implements [controller.Jobs]: all jobs have ended.
func (*owners) InFlight(context.Context) (jobs.InFlight, error) { return jobs.InFlight{}, nil }

// Submit implements [controller.Jobs], and is not called where there is a ledger.
func (*owners) Submit(context.Context, jobs.InFlight, []request.Request) []jobs.Result { return nil }

// Pieces implements [claims.Jobs].
func (*owners) Pieces(r request.Request) ([]request.Request, error) {
	if len(r.Destinations) == 0 {
		return nil, nil
	}
	return []request.Request{r}, nil
}

// Put implements [claims.Jobs]: the job copies at once.
func (w *owners) Put(_ context.Context, _ string, piece request.Request) (jobs.Placed, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.jobs++
	source := conflict.Image(piece.Source())
	for _, text := range piece.DestinationTexts() {
		destination := conflict.Image(text)
		w.tell("copies %s to %s", source, destination)
		if last := w.writer[destination]; last != source && last != "" && w.stayed[destination] {
			w.wrong = fmt.Sprintf("%s is %s's, and %s is copied to it", destination, last, source)
		}
		w.writer[destination], w.stayed[destination] = source, true
		w.has[destination] = piece.Images[0].Digest
	}
	return jobs.Placed{ID: fmt.Sprint(w.jobs)}, nil
}

// Ends implements [claims.Jobs].
func (*owners) Ends(_ context.Context, ids []string) (map[string]jobs.End, error) {
	ends := map[string]jobs.End{}
	for _, id := range ids {
		ends[id] = jobs.End{Ended: true, Succeeded: true}
	}
	return ends, nil
}

// Read implements [controller.Ledger].
func (w *owners) Read(_ context.Context, _, destinations []ledger.Key) (ledgertable.Records, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := ledgertable.Records{Destinations: map[ledger.Key]ledger.Destination{}}
	for _, k := range destinations {
		r.Destinations[k] = w.ledger[k]
	}
	return r, nil
}

// WriteSource implements [controller.Ledger].
func (*owners) WriteSource(_ context.Context, _ ledger.Key, _, now ledger.Source) (ledger.Source, error) {
	return now, nil
}

// ReadDestination implements [claims.Ledger].
func (w *owners) ReadDestination(_ context.Context, k ledger.Key) (ledger.Destination, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ledger[k], nil
}

var errTaken = errors.New("overtaken")

// WriteDestination implements [claims.Ledger].
func (w *owners) WriteDestination(
	_ context.Context, k ledger.Key, read, now ledger.Destination,
) (ledger.Destination, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if there := w.ledger[k]; there.Revision != read.Revision {
		return there, errTaken
	}
	now.Revision++
	w.ledger[k] = now
	return now, nil
}

// Overtaken implements [claims.Ledger].
func (*owners) Overtaken(err error) bool { return errors.Is(err, errTaken) }

// Together implements [claims.Jobs].
func (*owners) Together(requests []request.Request) []request.Group {
	return request.Together(requests, 50, 1000)
}
