package mirror

import (
	"errors"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/belonging"
	"ecrmirror/internal/mirror/graph"
	"ecrmirror/internal/request"
	"ecrmirror/internal/verify/verdict"
)

// A State says how a destination ended up.
type State string

// The states.
const (
	Copied  State = "copied"  // the image was written
	Current State = "current" // the image was there already
	Failed  State = "failed"
	pending State = ""
)

// A Report says what the copy of an image did.
type Report struct {
	Kind         request.Kind // what was asked for
	Source       imagename.Name
	SourceDigest digest.Digest // of the source's root manifest; "" if that could not be read
	// Digest is that of the root manifest that destinations should have: the source's, unless Platforms says that some
	// were dropped. It is "" if that is not known.
	Digest    digest.Digest
	Platforms *Platforms      // what became of the source's platforms; nil where all were asked for
	MediaType string          // of the root manifest; "" if it was not read
	Manifests int             // manifests of the image, the root and all instances
	Verified  []verdict.Proof // who has signed the image, where that was asked for
	Artifacts Artifacts       // what belongs to the image beside these
	Blobs     int             // distinct blobs of the image and its artifacts
	Size      int64           // bytes of these blobs
	BytesRead int64           // bytes of blobs read from the source
	// BytesReadAgain is how many of these were read more than once: for destinations that were set aside, and
	// where something failed on the way.
	BytesReadAgain int64
	Elapsed        time.Duration
	Results        []Result // one for each destination, in the order given

	started time.Time
	reading reading
}

// Artifacts are what was found of an image's artifacts at its source.
type Artifacts struct {
	Brought  int                  // copied with the image, except where a destination has refused some
	Unwanted int                  // not asked for
	Missing  []*belonging.Missing // can't be had for good
}

// A Result says what happened to one destination.
type Result struct {
	Name      imagename.Name
	State     State
	Digest    digest.Digest // the image's, unless the destination failed
	BlobsSent int           // blobs written to the destination's repository by this copy
	BytesSent int64         // bytes of these blobs
	Err       error         // of type *Error, if the destination failed
	Transient bool          // whether the failure, of the destination or the receipt, may be gone on another try
	SetAside  bool          // whether it held up faster destinations, and got its blobs apart from them
	Refused   []Refused     // artifacts that the destination does not have
	Receipt   Receipt       // for the image there

	held  digest.Digest // what the destination had; "" if nothing, or if that is not known
	known bool          // whether the destination told what it has
	// granted says that blobs were taken for granted that another image has brought.
	granted bool
}

// newReport returns the report of an image in which nothing has happened yet.
func newReport(source imagename.Name, to []imagename.Name) *Report {
	report := &Report{Source: source, started: time.Now()}
	for _, name := range to {
		report.Results = append(report.Results, Result{Name: name})
	}
	return report
}

// describe notes what the image is that is copied.
func (r *Report) describe(g *graph.Graph) {
	r.Digest, r.MediaType = g.Root().Digest, g.Root().MediaType
	r.Manifests, r.Blobs, r.Size = len(g.Image()), len(g.Blobs), g.Size()
}

// pending returns the results without an outcome.
func (r *Report) pending() (list []*Result) {
	for i := range r.Results {
		if r.Results[i].State == pending {
			list = append(list, &r.Results[i])
		}
	}
	return list
}

// failPending fails every destination that has no outcome yet.
func (r *Report) failPending(err error) {
	for _, result := range r.pending() {
		result.fail(err)
	}
}

// Err joins the errors of the destinations, and those of receipts; an error that several share, as one of
// the source is, is in it once.
func (r *Report) Err() error {
	var errs []error
	seen := map[error]bool{}
	for i := range r.Results {
		if err := r.Results[i].Failure(); err != nil && !seen[err] {
			seen[err] = true
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (r *Result) fail(err error) { r.State, r.Err, r.Digest = Failed, err, "" }

// retry makes a failed destination pending again.
func (r *Result) retry() { r.State, r.Err = pending, nil }
