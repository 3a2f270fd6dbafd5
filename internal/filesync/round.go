package filesync

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/jobledger"
	"ecrmirror/internal/local"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/transient"
)

// A round gathers what the controller found of images and what became of their copies.
type round struct {
	sync  *Sync
	stop  context.CancelCauseFunc
	began time.Time
	write func(local.Outcome) // to the ledger

	mu      sync.Mutex
	results []entry.Result
	copies  map[imagename.Name]*copied // by destination, in the form that all its spellings share
}

// copied is what became of an image at a destination.
type copied struct {
	result mirror.Result
	took   time.Duration
	told   bool // the report has it
}

func newRound(s *Sync, stop context.CancelCauseFunc) *round {
	return &round{
		sync: s, stop: stop, began: time.Now(), write: func(local.Outcome) {}, copies: map[imagename.Name]*copied{},
	}
}

// record has outcomes written to the ledger, if there is one. The returned function waits until they are.
func (r *round) record(ctx context.Context) (wait func()) {
	if r.sync.Ledger == nil {
		return func() {}
	}
	keeper := &jobledger.Ledger{Table: r.sync.Ledger, Name: r.sync.LedgerName, Log: r.sync.Log}
	recorder := keeper.Recorder(ctx)
	r.write = func(o local.Outcome) {
		var stopped error
		if ctx.Err() != nil {
			stopped = context.Cause(ctx)
		}
		recorder.Add(jobledger.Outcomes(o.Report, jobledger.Job{ID: o.Job, Attempt: 1}, stopped, time.Now()))
	}
	return recorder.Close
}

// found takes what the controller found of an image.
func (r *round) found(result entry.Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.alive()
	r.results = append(r.results, result)
	if fails(result) {
		r.failed()
	}
}

// ended takes what became of an image of a request.
func (r *round) ended(o local.Outcome) {
	r.write(o)
	r.alive()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, result := range o.Report.Results {
		r.copies[result.Name.Canonical()] = &copied{result: result, took: o.Report.Elapsed}
		if result.Err != nil {
			r.failed()
		}
	}
}

func (r *round) alive() {
	if r.sync.Alive != nil {
		r.sync.Alive()
	}
}

// failed stops the round unless it is to go on.
func (r *round) failed() {
	if !r.sync.KeepGoing {
		r.stop(ErrFirst)
	}
}

// fails reports whether something of an image has failed.
func fails(result entry.Result) bool {
	failing := func(d entry.DestinationResult) bool { return d.State == entry.Failing }
	return result.State() == entry.Failing || result.Twin != nil || slices.ContainsFunc(result.Destinations, failing)
}

// report says what the round came to.
func (r *round) report(of Entries, requests int, found controller.Report, err error) *Report {
	report := &Report{
		Entries: good(of.Some).count(r.began), Requests: requests, Began: r.began, Took: time.Since(r.began),
		Until: found.Until, Unreached: found.Unreached, Err: err,
	}
	for _, result := range r.results {
		report.Images = append(report.Images, r.image(result))
	}
	slices.SortStableFunc(report.Images, func(a, b Image) int { return strings.Compare(a.Source, b.Source) })
	return report
}

// image says what became of an image.
func (r *round) image(result entry.Result) Image {
	i := Image{Source: result.Source, Digest: result.Digest, Size: result.Size, Twin: result.Twin}
	switch result.State() {
	case entry.Failing:
		i.State, i.Err = Failed, result.Err
	case entry.Deferred:
		i.State, i.Err = Deferred, result.Err
	}
	for _, d := range result.Destinations {
		i.Destinations = append(i.Destinations, r.destination(d))
	}
	return i
}

// destination says what became of an image at a destination.
func (r *round) destination(d entry.DestinationResult) Destination {
	is := Destination{Name: d.Name, Digest: d.Digest, Had: d.Digest, Err: r.sync.hinted(d.Err)}
	is.Wanted, is.Platforms = d.Trimmed()
	switch d.State {
	case entry.Current:
		if _, brought := r.copyOf(d.Name); brought { // what belongs to the image
			return r.copied(is)
		}
		is.State = Current
	case entry.Deferred:
		is.State = Deferred
	case entry.Failing:
		is.State, is.Transient = Failed, transient.Is(d.Err)
	case entry.Submitted:
		return r.copied(is)
	default: // stale: the round was stopped before it was asked for
		is.State, is.Err = Left, errLeft
	}
	return is
}

var errLeft = errors.New("not begun")

// copied says what became of a copy that was asked for.
func (r *round) copied(is Destination) Destination {
	c, ok := r.copyOf(is.Name)
	if !ok {
		is.State, is.Err = Left, errLeft
		return is
	}
	if c.told { // by another entry with the same image: it was copied once
		c.result.State, c.result.BlobsSent, c.result.BytesSent = again(c.result.State), 0, 0
	}
	c.told = true
	is.Took, is.BlobsSent, is.BytesSent = c.took, c.result.BlobsSent, c.result.BytesSent
	is.Err, is.ReceiptErr, is.Transient = cause(c.result.Err), cause(c.result.Receipt.Err), c.result.Transient
	switch c.result.State {
	case mirror.Copied:
		is.State, is.Digest = Copied, c.result.Digest
	case mirror.Current: // it came there meanwhile
		is.State, is.Digest = Current, c.result.Digest
	default:
		is.State = Failed
		if errors.Is(is.Err, context.Canceled) {
			is.State = Left
		}
	}
	return is
}

// copyOf returns the copy to a destination.
func (r *round) copyOf(destination string) (c *copied, is bool) {
	name, err := imagename.Parse(destination)
	if err == nil {
		c, is = r.copies[name.OrLatest().Canonical()]
	}
	return c, is
}

// again returns the state of a destination for who is the second to be told of it.
func again(s mirror.State) mirror.State {
	if s == mirror.Copied {
		return mirror.Current
	}
	return s
}
