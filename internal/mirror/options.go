package mirror

import (
	"context"
	"log/slog"
	"time"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/chunked"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/stall"
)

// Options of a [Copier]. The zero value of a field is the stated default.
type Options struct {
	// Images is how many images of a request are copied at a time. Default 64.
	Images int
	// BeginWithin is how long images of a request are begun: those that are left then have failed with [ErrLeft].
	// Default: all are begun.
	BeginWithin time.Duration
	// Blobs is how many blobs are copied at a time, by all calls of Copy together, and twice as many of up to 64
	// KiB beside them. Default 48.
	Blobs int
	// Budget bounds the bytes of blobs in memory; it should be the one that the sources and
	// destinations use. Default 64 MiB.
	Budget *chunked.Budget
	// StallTimeout is how long a source or a destination may make no progress on a blob, or take for any smaller
	// request, before it is given up with [stall.ErrStalled]. Default 3 minutes.
	StallTimeout time.Duration
	// ReadOnce keeps destinations together however much slower than others some are. Default: those that hold up
	// faster ones get what they lack apart from them, which reads it from the source once more.
	ReadOnce bool
	// LeastRate is how fast a destination must take bytes that are there for it to take, or it is given up
	// with a *[chunked.RateError].
	LeastRate chunked.LeastRate
	// RetryDelay is the wait before destinations that failed transiently are tried
	// once more. Default 2 seconds.
	RetryDelay time.Duration
	// Transient reports whether an error may be gone on another try. Default: none is.
	Transient func(error) bool
	// Log gets a line for each step. Default: nothing is logged.
	Log *slog.Logger
	// Progress is told how a copy goes. Default: it is told to nobody.
	Progress Progress
	// Gate decides what may be copied. Default: everything may.
	Gate Gate
	// Artifacts says what comes with an image beside its manifests. Default: all that belongs to it.
	Artifacts ArtifactOptions
	// Verifier verifies who has signed images of requests that ask for it. Default: such requests fail.
	Verifier Verifier
	// Verify is the policy, as its text, that images of requests must meet which have none. Default: they need meet
	// none.
	Verify string
	// Guard is asked right before a tag moves; then the destination is asked for its digest again, and a tag that
	// somebody else has moved since the copy began is left. Default: nothing is asked.
	Guard Guard
	// Receipts puts receipts beside the images that destinations hold in the end. Default: nobody does.
	Receipts Receipts
}

// ArtifactOptions say what comes with an image of what belongs to it: signatures, SBOMs and the like.
type ArtifactOptions struct {
	// Filter says which artifacts come. Where none does, nobody is asked for any.
	Filter artifacts.Filter
	// From is the repository that has them; the zero Name is that of the image.
	From imagename.Name
	// Required has an image fail that would come without an artifact, or without one of those that were found.
	Required bool
}

func (o Options) withDefaults() Options {
	if o.Images <= 0 {
		o.Images = 64
	}
	if o.Blobs <= 0 {
		o.Blobs = 48
	}
	if o.Budget == nil {
		o.Budget = chunked.NewBudget(64 << 20)
	}
	if o.Progress == nil {
		o.Progress = unwatched{}
	}
	if o.Gate == nil {
		o.Gate = unguarded{}
	}
	if o.StallTimeout <= 0 {
		o.StallTimeout = 3 * time.Minute
	}
	if o.RetryDelay <= 0 {
		o.RetryDelay = 2 * time.Second
	}
	if o.Transient == nil {
		o.Transient = func(error) bool { return false }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// within does something that must end within the stall time-out.
func (o Options) within(ctx context.Context, do func(context.Context) error) error {
	return stall.Within(ctx, o.StallTimeout, do)
}
