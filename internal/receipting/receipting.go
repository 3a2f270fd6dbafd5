// Package receipting puts receipts beside the images that destinations hold after a copy, and finds and checks those
// that are there. Package receipt has what a receipt is.
//
// A job puts one receipt for each image and source: what is there is listed first, since a signature by ECDSA is
// another one each time. Two jobs that end at the same time may put two.
package receipting

import (
	"context"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/flight"
	"ecrmirror/internal/kmssign"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/mirror/stall"
	"ecrmirror/internal/receipt"
)

// A Key signs receipts.
type Key interface {
	Public(ctx context.Context) (kmssign.Public, error)
	// Sign signs a message by ECDSA, with the hash that goes with the key's curve, and returns the signature in ASN.1.
	Sign(ctx context.Context, message []byte) ([]byte, error)
}

var _ Key = (*kmssign.Key)(nil)

// Options of a [Maker].
type Options struct {
	Images port.Images
	Key    Key
	Tool   receipt.Tool // that makes the receipts
	// Within is how long a receipt may take at one destination. Default 3 minutes.
	Within time.Duration
	Now    func() time.Time // nil = time.Now
}

// A Maker puts receipts for the images of one job. It is safe for concurrent use.
type Maker struct {
	opts  Options
	put   *flight.Memo[entry, mirror.Receipt]
	turns chan struct{} // of receipts that are being put

	mu    sync.Mutex
	lists map[string]port.Artifacts // by place
}

var _ mirror.Receipts = (*Maker)(nil)

// An entry is what one receipt is for.
type entry struct {
	place, source string
	image, from   digest.Digest
}

// New returns a Maker.
func New(opts Options) *Maker {
	if opts.Within <= 0 {
		opts.Within = 3 * time.Minute
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &Maker{
		opts: opts, put: flight.NewMemo[entry, mirror.Receipt](mostPut), turns: make(chan struct{}, atOnce),
		lists: map[string]port.Artifacts{},
	}
}

// atOnce is how many receipts are put at a time, each of which may have what others have put beside an image in memory.
const atOnce = 16

// mostPut is how many receipts are remembered: a request has 200 images, each at some destinations.
const mostPut = 10_000

// Put implements [mirror.Receipts].
func (m *Maker) Put(ctx context.Context, report *mirror.Report) {
	var places errgroup.Group
	places.SetLimit(atOnce)
	for i := range report.Results {
		r := &report.Results[i]
		if r.State != mirror.Copied && r.State != mirror.Current || r.Name.IsOnDisk() {
			continue
		}
		places.Go(func() error {
			var err error
			if r.Receipt, err = m.putOne(ctx, report, r); err != nil {
				r.Receipt = mirror.Receipt{Err: err}
			}
			return nil
		})
	}
	_ = places.Wait() // the results keep their errors
}

// putOne puts a receipt for a result, unless there is one, or another one of the same is being put.
func (m *Maker) putOne(ctx context.Context, report *mirror.Report, r *mirror.Result) (mirror.Receipt, error) {
	e := entry{
		place: r.Name.Place(), image: r.Digest, source: report.Source.Place(), from: report.SourceDigest,
	}
	return m.put.Do(ctx, e, func() (made mirror.Receipt, err error) {
		select {
		case m.turns <- struct{}{}:
			defer func() { <-m.turns }()
		case <-ctx.Done():
			return mirror.Receipt{}, context.Cause(ctx)
		}
		err = stall.Within(ctx, m.opts.Within, func(ctx context.Context) (err error) {
			made, err = m.makeOne(ctx, report, r)
			return err
		})
		return made, err
	})
}

// listAt returns what lists the artifacts at the place of a result.
func (m *Maker) listAt(ctx context.Context, r *mirror.Result) (port.Artifacts, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	place := r.Name.Place()
	if list := m.lists[place]; list != nil {
		return list, nil
	}
	list, err := m.opts.Images.Artifacts(ctx, r.Name) // which asks nobody yet
	if err == nil {
		m.lists[place] = list
	}
	return list, err
}
