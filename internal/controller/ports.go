package controller

import (
	"context"
	"iter"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/claims"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/expansion"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgertable"
	"ecrmirror/internal/platforms"
	"ecrmirror/internal/request"
	"ecrmirror/internal/table"
)

// Entries iterates the entries of a table. [table.Table] implements it, and says which errors there are.
type Entries interface {
	All(ctx context.Context, now time.Time) iter.Seq2[entry.Entry, error]
}

// Selections tells which images a selection stands for now. [expansion.Expander] implements it.
type Selections interface {
	Expand(ctx context.Context, e entry.Entry) (expansion.Expansion, error)
}

// A reader reads entries until its context ends.
type reader func(context.Context) iter.Seq2[entry.Entry, error]

// Digests looks digests up, wherever the images are.
type Digests interface {
	// LookUp looks up distinct images. It calls found for each as soon as it is known, by several goroutines at once,
	// and returns after the last. It calls ask right before it asks for an image, and passes the image over if ask
	// returns false. The images of a registry are asked for in the order of names. If an image does not exist, the
	// digest is "" and the error nil. The size is in bytes, and 0 if it is not known. An error that is an
	// [entry.Deferral] says that the registry is rate-limited. An error with a method CreateCommand() string says
	// that the repository does not exist; that command creates it.
	LookUp(
		ctx context.Context, names []imagename.Name,
		ask func(i int) bool, found func(i int, d digest.Digest, size int64, err error),
	)
	// LookUpWanted looks up what destinations should have of images, each named by its digest, of which some platforms
	// are asked for: the digest; "" if the image does not exist. It calls ask and found as LookUp does. An error that
	// is a [*platforms.NoneError] says that the image has none of the platforms.
	LookUpWanted(
		ctx context.Context, names []imagename.Name, filters []platforms.Filter,
		ask func(i int) bool, found func(i int, d digest.Digest, err error),
	)
	// DeferredUntil returns until when the registry of an image is rate-limited; the zero time if it is not.
	DeferredUntil(name imagename.Name) time.Time
}

// Jobs submits mirror jobs. [jobs.Queue] implements it.
type Jobs interface {
	InFlight(ctx context.Context) (jobs.InFlight, error)
	Submit(ctx context.Context, inFlight jobs.InFlight, requests []request.Request) []jobs.Result
}

// Ledger reads and writes what is known of images. [ledgertable.Table] implements it.
type Ledger interface {
	Read(ctx context.Context, sources, destinations []ledger.Key) (ledgertable.Records, error)
	WriteSource(ctx context.Context, k ledger.Key, read, now ledger.Source) (ledger.Source, error)
	claims.Ledger
}

// Claims submits jobs by claims in the ledger. [claims.Claimer] implements it.
type Claims interface {
	Submit(ctx context.Context, inFlight claims.InFlight, listed time.Time, wishes []claims.Wish) []jobs.Result
}

// A Recorder writes the statuses of entries. [table.Recorder] implements it.
type Recorder interface {
	Record(ctx context.Context, u entry.Update)
	Close() table.Recorded
}

// Allowed returns an error for an image that may not be a source or a destination. Such an image is not looked up, and
// no job is submitted for it.
type Allowed interface {
	Source(source imagename.Name) error
	Destination(destination imagename.Name) error
}
