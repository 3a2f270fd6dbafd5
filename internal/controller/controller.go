// Package controller decides which images are to be mirrored: it compares the
// digest of each entry's source with those of its destinations, and has a mirror
// job submitted where they differ. It copies nothing itself.
//
// A sweep takes entries through stages: read, expand, look up, decide, submit. Entries are looked at in waves of so
// many images, so that memory does not grow with the table, and destinations in one repository are looked up together.
// Within a wave an image is decided about as soon as its own digests are known. Images that a slow host does not answer
// for in the time of a wave are put off until all other entries have been looked at.
package controller

import (
	"context"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"time"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/schedule"
	"ecrmirror/internal/staleness"
)

// DefaultLimit is how long a sweep takes at most where [Controller.Limit] is zero.
const DefaultLimit = schedule.DefaultLimit

// A Controller compares entries and submits jobs.
type Controller struct {
	Entries Entries         // required
	Digests Digests         // required
	Jobs    Jobs            // required except for Plan
	Status  func() Recorder // gives a recorder for one sweep or event; nil = no status is written
	// Selections gives what has selections stand for their images, for one sweep or event; nil = they are failing.
	Selections func() Selections
	// Ledger keeps what is known of images, and Claims submits their jobs by it. Nil = there is none: nothing is
	// remembered, and jobs are submitted by Jobs.
	Ledger Ledger
	Claims Claims
	// Artifacts tells what belongs to images; nil = what came after its image is not looked for. It needs the ledger.
	Artifacts staleness.Images
	// ArtifactFilter is what comes with images of entries that don't say it.
	ArtifactFilter artifacts.Filter
	Retry          bool    // submits jobs at once though others have failed to do the same
	Allowed        Allowed // what may be mirrored; nil = everything
	// CreatesRepositories says that mirror jobs create repositories that are missing. Otherwise a
	// destination in one is failing, and no job is submitted that could only fail.
	CreatesRepositories bool
	// Limit is how long a sweep or a plan looks at entries; 0 = [DefaultLimit], less than 0 = as long as it takes. Jobs
	// and statuses take some seconds more.
	Limit time.Duration
	// Together says that images of all entries may be brought together with others by a job, and not of selections
	// alone.
	Together bool
	// GatherFor is how long images that a job may bring together with others wait for those at most; 0 = until all
	// entries have been looked at.
	GatherFor time.Duration
	// Found gets what became of each image, and of each entry that stands for none, by one goroutine at a time, instead
	// of the log; nil = the log does.
	Found func(entry.Result)
	Log   *slog.Logger     // gets one line for each decision; nil = none
	Now   func() time.Time // the clock by which entries expire; nil = time.Now
}

// Sweep goes through all entries and submits what is stale. What is wrong with one entry is in the report and stops
// nothing else. Nor do hosts that are slow: what they have not answered when the limit is over is in the report as not
// reached, and first in the next sweep. The error is what stopped the whole sweep: the table or the jobs in flight
// could not be read, or ctx has ended, whose cause it is then. The report holds what was done until then.
func (c *Controller) Sweep(ctx context.Context) (Report, error) {
	r := c.start(c.newTally(), c.limit())
	r.looks = c.looks(r.tally, r.limit)
	defer r.selections.wait()
	return c.submitting(ctx, r, r.all)
}

// looks returns the stage that looks at artifacts, nil where nothing is looked at.
func (c *Controller) looks(t *tally, limit schedule.Limit) *looks {
	if c.Artifacts == nil || c.Ledger == nil {
		return nil
	}
	return &looks{looker: staleness.NewLooker(c.Artifacts), setting: c.ArtifactFilter, limit: limit, tally: t}
}

// SweepOf does for these entries, which are some of the table's, what Sweep does for all.
func (c *Controller) SweepOf(ctx context.Context, entries iter.Seq2[entry.Entry, error]) (Report, error) {
	r := c.start(c.newTally(), c.limit())
	r.looks = c.looks(r.tally, r.limit)
	defer r.selections.wait()
	r.some(entries)
	return c.submitting(ctx, r, r.all)
}

// Event does for these entries, those that an event about an image names, what a sweep does for all, without a limit.
// Of selections it looks at that image alone, if they choose it. Errors of the iteration are taken as in
// [Controller.Sweep]. What the source is now is looked up: an event may come late, or again, when its tag has moved on.
func (c *Controller) Event(
	ctx context.Context, image imagename.Name, entries iter.Seq2[entry.Entry, error],
) (Report, error) {
	r := c.start(c.newTally(), schedule.Limit{})
	defer r.selections.wait()
	r.lazily()
	read := func(context.Context) iter.Seq2[entry.Entry, error] { return entries }
	return c.submitting(ctx, r, r.selections.read(read, look{only: image}))
}

// submitting takes entries through all stages: it submits what is stale as it goes, and writes statuses.
func (c *Controller) submitting(parent context.Context, r *run, read reader) (Report, error) {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	if c.Status != nil {
		r.tally.recorder, r.mark = c.Status(), r.tally.mark
	}
	submitter := newSubmitter(c, r.tally)
	r.take = submitter.take
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := submitter.run(ctx); err != nil {
			cancel(err)
		}
	}()
	err := r.judge(ctx, read)
	close(submitter.queue)
	<-done
	submitter.keeper.close(parent)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return r.tally.close(parent), err
}

// Plan returns what a sweep would find of each entry, sorted by source, and
// submits nothing. Jobs in flight are not looked at, and no status is written. The limit and errors are as
// in [Controller.Sweep].
func (c *Controller) Plan(ctx context.Context) ([]entry.Result, Report, error) {
	return c.start(c.newTally(), c.limit()).plan(ctx)
}

// PlanOf does for these entries, which are some of the table's, or images of its selections, what Plan does for all.
func (c *Controller) PlanOf(
	ctx context.Context, entries iter.Seq2[entry.Entry, error],
) ([]entry.Result, Report, error) {
	r := c.start(c.newTally(), c.limit())
	r.some(entries)
	return r.plan(ctx)
}

// limit returns how long a run looks at entries.
func (c *Controller) limit() schedule.Limit {
	if c.Limit < 0 {
		return schedule.Limit{}
	}
	return schedule.NewLimit(c.Limit)
}

// some has a run look at these entries of the table, which may be selections, and no others.
func (r *run) some(entries iter.Seq2[entry.Entry, error]) {
	r.lazily()
	read := func(context.Context) iter.Seq2[entry.Entry, error] { return entries }
	r.all = r.selections.read(read, look{})
}

// lazily has a run that knows a part of the table read the rest only once something is to be submitted: of selections
// those that may be in the way.
func (r *run) lazily() {
	r.conflicts.lazy = true
	r.conflicts.all = r.selections.read(r.table, look{which: r.conflicts.concerns, silent: true})
}

// plan takes all entries through the stages up to a decision.
func (r *run) plan(ctx context.Context) ([]entry.Result, Report, error) {
	defer r.selections.wait()
	var results []entry.Result
	r.take = func(ctx context.Context, d decision) {
		r.tally.result(ctx, d.result)
		results = append(results, d.result)
	}
	err := r.judge(ctx, r.all)
	results = append(results, r.unreached(ctx)...)
	slices.SortStableFunc(results, func(a, b entry.Result) int { return strings.Compare(a.Source, b.Source) })
	return results, r.tally.report, err
}

// newTally returns the tally of a run that begins now.
func (c *Controller) newTally() *tally {
	t := &tally{log: c.Log, clock: c.Now, found: c.Found}
	if t.clock == nil {
		t.clock = time.Now
	}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	t.began = t.clock()
	return t
}

// start returns a run that begins now.
func (c *Controller) start(t *tally, limit schedule.Limit) *run {
	chosen := &selections{summary: &t.summary, limit: limit, log: t.log}
	if c.Selections != nil {
		chosen.expander = c.Selections()
	}
	table := func(ctx context.Context) iter.Seq2[entry.Entry, error] { return c.Entries.All(ctx, t.began) }
	all := chosen.read(table, look{})
	hosts := schedule.NewHosts(t.began)
	return &run{
		allowed: c.Allowed, creates: c.CreatesRepositories, table: table, all: all, limit: limit, tally: t,
		ledger: c.Ledger, retry: c.Retry, selections: chosen,
		backlog:   schedule.NewBacklog(hosts, limit),
		lookUps:   &lookUps{digests: c.Digests, hosts: hosts, memory: newMemory(hosts, t.clock), clock: t.clock},
		conflicts: &conflicts{all: all, selections: chosen},
	}
}
