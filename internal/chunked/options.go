package chunked

import (
	"time"
)

// ChunkSize is the default size of chunks in bytes. Many small chunks use a budget best: each waits for its first
// byte, but they all wait at the same time.
const ChunkSize = 1 << 20

// Options tune a [Reader]. The zero value is the default.
type Options struct {
	ChunkSize   int64         // bytes a request; 0 means [ChunkSize]
	Parallelism int           // requests of one reader in flight at most; 0 means 40
	Attempts    int           // failed requests before a chunk is given up; 0 means 6
	Backoff     time.Duration // bound of the first pause, doubled up to 32-fold for later ones; 0 means 200 ms
	// Stall is how long a request may deliver nothing before it is made anew, with twice the time, in all
	// for as long as Attempts of them. 0 means 30 s.
	Stall time.Duration
	// LeastRate is how fast the blob has to arrive while it is waited for, by all requests together. Below it Read
	// fails with a *[RateError]. A single request that delivers less than an eighth of it, for as long as Stall, is
	// made anew for what is missing.
	LeastRate LeastRate
	// Probe holds back all requests but the first until that is answered with a range. It is for
	// servers not known to honour ranges: it costs a round trip, and saves the rest from being sent
	// in full.
	Probe bool
	// Pace is what all readers from one place share; nil means one of the reader's own.
	Pace *Pace
}

func (o Options) withDefaults() Options {
	if o.ChunkSize <= 0 {
		o.ChunkSize = ChunkSize
	}
	if o.Parallelism <= 0 {
		o.Parallelism = maxWidth
	}
	if o.Attempts <= 0 {
		o.Attempts = 6
	}
	if o.Backoff <= 0 {
		o.Backoff = 200 * time.Millisecond
	}
	if o.Stall <= 0 {
		o.Stall = 30 * time.Second
	}
	o.LeastRate = o.LeastRate.WithDefaults()
	if o.Pace == nil {
		o.Pace = NewPace()
	}
	return o
}

// ahead is the number of chunks a reader holds at most: those in flight, and an eighth more that
// arrived before their turn, so that one slow chunk does not idle the others.
func (o Options) ahead() int { return o.Parallelism + (o.Parallelism+7)/8 }
