package filesync

import (
	"errors"
	"time"

	"github.com/opencontainers/go-digest"
)

// A State says how a destination of an image stands after a round.
type State string

// The states, from good to bad.
const (
	Current  State = "current"  // has the source's digest, and had it before
	Copied   State = "copied"   // has it now
	Deferred State = "deferred" // put off: a registry is rate-limited, or did not answer in time; no failure
	Left     State = "left"     // not copied, because the round was stopped before
	Failed   State = "failed"
)

// A Report says what a round came to.
type Report struct {
	Entries  int     // that are good at the time, those that --only leaves out not among them
	Requests int     // that were carried out; each brings images of one repository
	Images   []Image // by their sources; what is wrong with an entry as a whole is one without destinations
	Began    time.Time
	Took     time.Duration
	// Until is when the last of the registries that are rate-limited answers again; zero if none says so.
	Until time.Time
	// Unreached is how many images were not looked at before the time was up.
	Unreached int
	// Err is what stopped the round as a whole: a file or the ledger could not be read, or the context ended. Nil of a
	// round that went to its end, whatever failed in it.
	Err error
}

// An Image is what became of one image, or of an entry of which nothing could be judged.
type Image struct {
	Source string        // as the entry names it; of a selection's image its full name
	Digest digest.Digest // that the source has; "" if it is not known
	Size   int64         // bytes of the source, of an index those of its largest image; 0 if not known
	// State is Failed or Deferred, and Err says why, where the image or the entry could not be judged as a whole. It
	// has no destinations then.
	State State
	Err   error
	// Twin is an error if another entry has the same source image. The destinations are mirrored all the same.
	Twin         error
	Destinations []Destination
}

// A Destination is what became of an image at a destination.
type Destination struct {
	Name      string // as the entry names it; of a selection's image its full name
	State     State
	Digest    digest.Digest // that it has now; "" if it has none, or that is not known
	Had       digest.Digest // that it had before the round; "" if none, or that is not known
	Wanted    digest.Digest // that it should have, of Platforms; "" if it should have what the source has
	Platforms []string      // nil = all
	BlobsSent int
	BytesSent int64
	Took      time.Duration // of the copy of the image, to all destinations
	Err       error         // why the state is Deferred, Left or Failed
	// ReceiptErr says why there is no receipt for the image, which is there; nil if there is one, or none is wanted.
	ReceiptErr error
	Transient  bool // another try may help
}

// Counts are how many destinations have each state. What could not be judged as a whole counts as one.
func (r *Report) Counts() map[State]int {
	counts := map[State]int{}
	for _, i := range r.Images {
		if i.State != "" {
			counts[i.State]++
		}
		for _, d := range i.Destinations {
			counts[d.State]++
		}
	}
	return counts
}

// Bytes returns how many bytes of blobs were sent.
func (r *Report) Bytes() (sum int64) {
	for _, i := range r.Images {
		for _, d := range i.Destinations {
			sum += d.BytesSent
		}
	}
	return sum
}

// Failures returns what failed, each an error that names the image and the destination, in the order of the images.
func (r *Report) Failures() (errs []error) {
	for _, i := range r.Images {
		errs = append(errs, i.failures()...)
	}
	return errs
}

// PutOff reports whether another round may do what this one left: something was put off, or not reached. What a round
// left because of its first failure is as that failure is.
func (r *Report) PutOff() bool {
	counts := r.Counts()
	left := counts[Left] > 0 && !errors.Is(r.Err, ErrFirst)
	return counts[Deferred] > 0 || left || r.Unreached > 0
}
