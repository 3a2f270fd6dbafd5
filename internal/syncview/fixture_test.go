package syncview

import (
	"errors"
	"io"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/filesync"
	"ecrmirror/internal/output"
	"ecrmirror/internal/planview"
)

var (
	errTwin = errors.New("r.io/a:1 is the source of another entry, too")
	clock   = time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)
)

// round has a destination in each state, and an image in each.
func round() *filesync.Report {
	return &filesync.Report{
		Entries: 3, Requests: 1, Began: clock, Took: 3400 * time.Millisecond, Until: clock.Add(time.Hour), Unreached: 2,
		Images: []filesync.Image{
			{Source: "bad entry", State: filesync.Failed, Err: errors.New("no Destination")},
			{Source: "q.io/busy:1", State: filesync.Deferred, Err: errors.New("q.io: no more requests")},
			{
				Source: "r.io/a:1", Digest: "sha256:11", Size: 4096, Twin: errTwin,
				Destinations: []filesync.Destination{
					{Name: "r.io/b:1", State: filesync.Current, Digest: "sha256:11", Had: "sha256:11"},
					{
						Name: "r.io/c:1", State: filesync.Copied, Digest: "sha256:11", Had: "sha256:00", BlobsSent: 2,
						BytesSent: 3 << 19, Took: 1500 * time.Millisecond,
					},
					{Name: "r.io/d:1", State: filesync.Deferred, Err: errors.New("r.io: no more requests")},
					{Name: "r.io/e:1", State: filesync.Left, Err: errors.New("stopped")},
					{Name: "r.io/f:1", State: filesync.Failed, Err: errors.New("on\nfire"), Transient: true},
				},
			},
		},
	}
}

// deferral is an error that is no failure.
type deferral struct{ until time.Time }

func (deferral) Error() string                   { return "r.io: no more requests" }
func (d deferral) DeferredUntil() time.Time      { return d.until }
func planned(all ...entry.Result) []entry.Result { return all }

// plan has what round has, before it.
func plan() []entry.Result {
	return planned(
		entry.Result{Source: "bad entry", Err: errors.New("no Destination")},
		entry.Result{Source: "q.io/busy:1", Err: deferral{clock.Add(time.Minute)}},
		entry.Result{
			Source: "r.io/a:1", Digest: "sha256:11", Size: 4096, Twin: errTwin, Destinations: []entry.DestinationResult{
				{Name: "r.io/b:1", State: entry.Current, Digest: "sha256:11"},
				{Name: "r.io/c:1", State: entry.Stale, Digest: "sha256:00", Differs: true},
				{Name: "r.io/d:1", State: entry.Deferred, Err: deferral{clock.Add(time.Hour)}},
				{Name: "r.io/e:1", State: entry.Stale, Absent: errors.New("repository e does not exist"), Differs: true},
				{Name: "r.io/f:1", State: entry.Failing, Err: errors.New("on\nfire")},
			},
		},
	)
}

// writers are all that print a report or a plan.
func writers(r *filesync.Report, results []entry.Result) map[string]func(io.Writer) error {
	return map[string]func(io.Writer) error{
		"text":     func(w io.Writer) error { return WriteText(w, output.Palette{}, r, false) },
		"all":      func(w io.Writer) error { return WriteText(w, output.Palette{}, r, true) },
		"json":     func(w io.Writer) error { return WriteJSON(w, r) },
		"junit":    func(w io.Writer) error { return WriteJUnit(w, r) },
		"markdown": func(w io.Writer) error { return WriteMarkdown(w, r) },
		"plan.markdown": func(w io.Writer) error {
			return WriteMarkdownPlan(w, 3, results, false)
		},
		"plan.text": func(w io.Writer) error {
			return planview.WriteText(w, output.Palette{}, results, Planned(3, results, false))
		},
	}
}
