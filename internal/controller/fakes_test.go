package controller_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/platforms"
	"ecrmirror/internal/request"
	"ecrmirror/internal/table"
)

// Digests that images have in these tests.
var (
	one = digest.FromString("one")
	two = digest.FromString("two")
)

// errBroken is what lookups of broken images fail with.
var errBroken = errors.New("registry is on fire")

// world is the entries, images and jobs of one test.
type world struct {
	entries  map[string]string        // destinations, comma-separated, by source
	bad      map[string]error         // items that are no entries, by source
	tableErr error                    // ends the iteration of entries
	images   map[string]digest.Digest // by full name; a name that is not here does not exist
	broken   map[string]error         // what looking an image up fails with, by full name

	platforms map[string]string       // of an entry, by source
	artifacts map[string]string       // the repository that has them, by source
	verify    map[string]string       // the same
	gone      map[digest.Digest]bool  // sources that are not there any more
	statuses  map[string]entry.Status // of entries, by source
	none      map[digest.Digest]error // what trimming an image fails with

	creates  bool                 // mirror jobs create repositories
	deferred map[string]time.Time // until when hosts bear no more requests
	expires  map[string]time.Time // by source
	status   recorder

	inFlightErr error
	copying     map[string]bool  // "source -> destination" in flight
	submitErr   map[string]error // by source, or by "source -> destinations" of a piece
	split       bool             // each destination is a piece of its own

	mu        sync.Mutex
	reads     int // of all entries
	lookedUp  map[string]int
	trims     int // images of which it was asked what is left of them
	mute      int // how often that is not answered at first
	listed    int // InFlight calls
	submitted []string
	onSubmit  func()
	onLookUp  func(ctx context.Context, name string)
}

func (w *world) controller() *controller.Controller {
	w.lookedUp = map[string]int{}
	return &controller.Controller{
		Entries: w, Digests: w, Jobs: w, Status: func() controller.Recorder { return &w.status },
		CreatesRepositories: w.creates,
	}
}

func (w *world) All(_ context.Context, _ time.Time) iter.Seq2[entry.Entry, error] {
	return func(yield func(entry.Entry, error) bool) {
		w.reads++
		for source, err := range w.bad {
			if !yield(entry.Entry{}, &entry.Error{Source: source, Err: err}) {
				return
			}
		}
		for _, source := range slices.Sorted(maps.Keys(w.entries)) {
			if !yield(w.entry(source), nil) {
				return
			}
		}
		if w.tableErr != nil {
			yield(entry.Entry{}, w.tableErr)
		}
	}
}

func (w *world) entry(source string) entry.Entry {
	e := entry.Entry{
		Source: source, Destinations: imagename.SplitList(w.entries[source]),
		Options: entry.Options{Expires: w.expires[source]},
	}
	e.ImageOptions = entry.ImageOptions{
		Platforms: w.platforms[source], ArtifactsFrom: w.artifacts[source], Verify: w.verify[source],
	}
	e.Status = w.statuses[source]
	return e
}

func (w *world) LookUp(
	ctx context.Context, names []imagename.Name, ask func(int) bool, found func(int, digest.Digest, int64, error),
) {
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			if ask != nil && !ask(i) {
				return
			}
			d, err := w.digest(ctx, name)
			found(i, d, int64(len(name.Tag)), err)
		})
	}
	wg.Wait()
}

// LookUpWanted has the filter's text follow from the digest, where the image is there.
func (w *world) LookUpWanted(
	ctx context.Context, names []imagename.Name, filters []platforms.Filter,
	ask func(int) bool, found func(int, digest.Digest, error),
) {
	for i, name := range names {
		if !ask(i) {
			continue
		}
		if w.mute > 0 {
			w.mute--
			continue
		}
		w.mu.Lock()
		w.trims++
		d, err := leftOf(name.Digest, filters[i].String()), w.none[name.Digest]
		if err != nil || w.gone[name.Digest] {
			d = ""
		}
		w.mu.Unlock()
		found(i, d, errors.Join(err, ctx.Err()))
	}
}

// leftOf is what is left of an image in these tests.
func leftOf(d digest.Digest, platforms string) digest.Digest {
	return digest.FromString(d.String() + " " + platforms)
}

func (w *world) digest(ctx context.Context, name imagename.Name) (digest.Digest, error) {
	w.mu.Lock()
	w.lookedUp[name.String()]++
	w.mu.Unlock()
	if w.onLookUp != nil {
		w.onLookUp(ctx, name.String())
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.images[name.String()], errors.Join(w.broken[name.String()], ctx.Err())
}

func (w *world) DeferredUntil(name imagename.Name) time.Time { return w.deferred[name.Host] }

// noRepository is an error that says that this repository does not exist.
type noRepository string

func (e noRepository) Error() string { return "no repository " + string(e) }

func (e noRepository) CreateCommand() string { return "create " + string(e) }

// later is an error that says that a registry bears no more requests for now.
type later struct{ until time.Time }

func (e later) Error() string            { return "bears no more" }
func (e later) DeferredUntil() time.Time { return e.until }

func (w *world) InFlight(context.Context) (jobs.InFlight, error) {
	w.listed++
	return jobs.InFlight{}, w.inFlightErr
}

func (*world) Together(requests []request.Request) []request.Group {
	return request.Together(requests, 50, 1000)
}

func (w *world) Submit(_ context.Context, _ jobs.InFlight, batch []request.Request) []jobs.Result {
	results := make([]jobs.Result, len(batch))
	for i, asked := range batch {
		source := asked.Source()
		if results[i].Err = w.submitErr[source]; results[i].Err != nil {
			continue
		}
		var rest []string
		for _, dest := range asked.DestinationTexts() {
			if w.copying[source+" -> "+dest] {
				results[i].InFlight = append(results[i].InFlight, dest)
			} else {
				rest = append(rest, dest)
			}
		}
		for _, piece := range w.pieces(rest) {
			copies := source + " -> " + strings.Join(piece, ",")
			if results[i].Err = w.submitErr[copies]; results[i].Err != nil {
				break
			}
			w.submitted = append(w.submitted, copies)
			results[i].Submitted = append(results[i].Submitted,
				jobs.Submission{ID: fmt.Sprint("job-", len(w.submitted)), Destinations: piece})
		}
	}
	slices.Sort(w.submitted)
	if w.onSubmit != nil {
		w.onSubmit()
	}
	return results
}

// A recorder keeps results.
type recorder struct {
	mu      sync.Mutex
	results map[string]entry.Result // by source
	closed  table.Recorded
}

func (r *recorder) Record(_ context.Context, u entry.Update) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.results == nil {
		r.results = map[string]entry.Result{}
	}
	r.results[u.Entry.Source] = u.Result
}

func (r *recorder) Close() table.Recorded { return r.closed }

// pieces returns the destinations of each job that takes care of some of them.
func (w *world) pieces(destinations []string) (pieces [][]string) {
	switch {
	case w.split:
		return slices.Collect(slices.Chunk(destinations, 1))
	case len(destinations) > 0:
		return [][]string{destinations}
	}
	return nil
}

// whole are digests of which nothing is ever left out.
type whole struct{}

var errWhole = errors.New("images of this test are whole")

func (whole) LookUpWanted(
	_ context.Context, names []imagename.Name, _ []platforms.Filter, ask func(int) bool,
	found func(int, digest.Digest, error),
) {
	for i := range names {
		if ask(i) {
			found(i, "", errWhole)
		}
	}
}
