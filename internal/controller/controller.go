// Package controller decides which images are to be mirrored: it compares the
// digest of each entry's source with those of its destinations, and has a mirror
// job submitted where they differ. It copies nothing itself.
//
// Entries are looked at in waves of so many images, so that memory does not grow with the
// table, and that the destinations in one repository are looked up together. Within a wave an
// entry is decided about as soon as its own digests are known. What a slow host does not answer in a wave's time is put off
// until all other entries have been looked at.
package controller

import (
	"context"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/request"
	"ecrmirror/internal/table"
)

// Entries are the entries to work from. [table.Table] implements it, and says which errors there are.
type Entries interface {
	All(ctx context.Context, now time.Time) iter.Seq2[entry.Entry, error]
	Get(ctx context.Context, source string, now time.Time) (entry.Entry, error)
}

// Digests looks digests up, wherever the images are.
type Digests interface {
	// LookUp looks up distinct images and calls found for each, by several goroutines at once, as
	// soon as it is known; it returns after the last. Right before an image is asked for, it calls ask;
	// where that returns false the image is passed over. The images of a registry are asked for in the order of names. The digest is "" with a nil error where the
	// image does not exist. The size is in bytes, 0 where it is not known. An error with a method
	// DeferredUntil() time.Time says that the image's registry bears no more requests for now, one
	// with a method CreateCommand() string that the image's repository does not exist, and has to be
	// created by that command. How many are looked up at a time, and how long each may take, is up
	// to it.
	LookUp(ctx context.Context, names []imagename.Name, ask func(i int) bool, found func(i int, d digest.Digest, size int64, err error))
	// DeferredUntil returns until when the registry of an image bears no more requests, the zero time
	// if it does.
	DeferredUntil(name imagename.Name) time.Time
}

// Jobs submits mirror jobs. [jobs.Queue] implements it.
type Jobs interface {
	InFlight(ctx context.Context) (jobs.InFlight, error)
	Submit(ctx context.Context, inFlight jobs.InFlight, requests []request.Request) []jobs.Result
}

// A Recorder writes down what was found of each entry. [table.Recorder] implements it.
type Recorder interface {
	Record(ctx context.Context, e entry.Entry, c entry.Check)
	Close() table.Recorded
}

// Allowed says which images may be mirrored, and where to. An error is why one may not. Nobody is
// asked about those, and no job is submitted for them.
type Allowed interface {
	Source(source imagename.Name) error
	Destination(destination imagename.Name) error
}

// A Controller compares entries and submits jobs.
type Controller struct {
	Entries Entries         // required
	Digests Digests         // required
	Jobs    Jobs            // required except for Plan
	Status  func() Recorder // gives a recorder for one sweep or event; nil = no status is written
	Allowed Allowed         // what may be mirrored; nil = everything
	// CreatesRepositories says that mirror jobs create repositories that are missing. Otherwise a
	// destination in one is failing, and no job is submitted that could only fail.
	CreatesRepositories bool
	// Limit is how long a sweep or a plan looks at entries; 0 = [DefaultLimit]. Jobs and statuses take some
	// seconds more.
	Limit time.Duration
	Log   *slog.Logger     // gets one line for each decision; nil = none
	Now   func() time.Time // the clock by which entries expire; nil = time.Now
}

// Sweep goes through all entries and submits what is stale. What is wrong with one
// entry is in the report and stops nothing else. Nor do hosts that are slow: what they have not answered when the limit is
// over is in the report as not reached, and first in the next sweep. The error is what stopped the whole
// sweep: the table or the jobs in flight could not be read, or ctx has ended, whose
// cause it is then. The report holds what was done until then.
func (c *Controller) Sweep(ctx context.Context) (Report, error) {
	r := c.startAll()
	return r.submitting(ctx, r.all)
}

// Plan returns what a sweep would decide about each entry, sorted by source, and
// submits nothing. Jobs in flight are not looked at, and no status is written. The limit and errors are as
// in [Controller.Sweep].
func (c *Controller) Plan(ctx context.Context) ([]Decision, Report, error) {
	r := c.startAll()
	var decisions []Decision
	err := r.judge(ctx, r.all, func(ctx context.Context, _ entry.Entry, d Decision) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.report.add(d)
		r.logDecision(ctx, d)
		decisions = append(decisions, d)
	})
	decisions = append(decisions, r.planUnreached(ctx)...)
	slices.SortStableFunc(decisions, func(a, b Decision) int { return strings.Compare(a.Source, b.Source) })
	return decisions, r.report, err
}
