// Package controller decides which images are to be mirrored: it compares the
// digest of each entry's source with those of its destinations, and has a mirror
// job submitted where they differ. It copies nothing itself.
package controller

import (
	"context"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/table"
)

// Entries are the entries to work from. [table.Table] implements it, and says which errors there are.
type Entries interface {
	All(ctx context.Context, now time.Time) iter.Seq2[table.Entry, error]
	Get(ctx context.Context, source string, now time.Time) (table.Entry, error)
}

// Digests looks digests up, wherever the image is.
type Digests interface {
	// Digest returns "" with a nil error where the image or its repository does not exist.
	Digest(ctx context.Context, name imagename.Name) (digest.Digest, error)
}

// Jobs submits mirror jobs. [jobs.Queue] implements it.
type Jobs interface {
	InFlight(ctx context.Context) (jobs.InFlight, error)
	Submit(ctx context.Context, inFlight jobs.InFlight, batch []jobs.Job) []jobs.Result
}

// A Controller compares entries and submits jobs.
type Controller struct {
	Entries       Entries          // required
	Digests       Digests          // required
	Jobs          Jobs             // required except for Plan
	Log           *slog.Logger     // gets one line for each decision; nil = none
	Concurrency   int              // how many entries are compared at a time; 0 = 16
	LookUpTimeout time.Duration    // how long one image's digest may take; 0 = 2 minutes
	Now           func() time.Time // the clock by which entries expire; nil = time.Now
}

// Sweep goes through all entries and submits what is stale. What is wrong with one
// entry is in the report and stops nothing else. The error is what stopped the whole
// sweep: the table or the jobs in flight could not be read, or ctx has ended, whose
// cause it is then. The report holds what was done until then.
func (c *Controller) Sweep(ctx context.Context) (Report, error) {
	r := c.start()
	err := r.judge(ctx, c.Entries.All(ctx, r.now), r.submitStale)
	return r.finish(ctx, err)
}

// Plan returns what a sweep would decide about each entry, sorted by source, and
// submits nothing. Jobs in flight are not looked at. Errors are as in [Controller.Sweep].
func (c *Controller) Plan(ctx context.Context) ([]Decision, Report, error) {
	r := c.start()
	var decisions []Decision
	err := r.judge(ctx, c.Entries.All(ctx, r.now), func(_ context.Context, d Decision) error {
		decisions = append(decisions, d)
		return nil
	})
	slices.SortStableFunc(decisions, func(a, b Decision) int { return strings.Compare(a.Source, b.Source) })
	return decisions, r.report, err
}
