package controller

import (
	"context"
	"iter"
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
}

// A reader reads entries until its context ends.
type reader func(context.Context) iter.Seq2[entry.Entry, error]

// Digests looks digests up, wherever the images are.
type Digests interface {
	// LookUp looks up distinct images and calls found for each, by several goroutines at once, as
	// soon as it is known; it returns after the last. Right before an image is asked for, it calls ask;
	// where that returns false the image is passed over. The images of a registry are asked for in the order of
	// names. The digest is "" with a nil error where the image does not exist. The size is in bytes, 0 where it is
	// not known. An error that is an [entry.Deferral] says that the image's registry is rate-limited, one
	// with a method CreateCommand() string that the image's repository does not exist, and has to be
	// created by that command. How many are looked up at a time, and how long each may take, is up to it.
	LookUp(
		ctx context.Context, names []imagename.Name,
		ask func(i int) bool, found func(i int, d digest.Digest, size int64, err error),
	)
	// DeferredUntil returns until when the registry of an image is rate-limited, the zero time if it is not.
	DeferredUntil(name imagename.Name) time.Time
}

// Jobs submits mirror jobs. [jobs.Queue] implements it.
type Jobs interface {
	InFlight(ctx context.Context) (jobs.InFlight, error)
	Submit(ctx context.Context, inFlight jobs.InFlight, requests []request.Request) []jobs.Result
}

// A Recorder writes down what checks do to the statuses of entries. [table.Recorder] implements it.
type Recorder interface {
	Record(ctx context.Context, u entry.Update)
	Close() table.Recorded
}

// Allowed says which images may be mirrored, and where to. An error is why one may not. Such images are not
// looked up, and no job is submitted for them.
type Allowed interface {
	Source(source imagename.Name) error
	Destination(destination imagename.Name) error
}
