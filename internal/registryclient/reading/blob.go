package reading

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/wire"
)

// Blob returns a reader of a blob, which the caller closes, and the blob's size in bytes. Where size
// is -1, the registry is asked for it at once; otherwise nothing is asked for before the first
// Read, and all that fails does so there. The context is for all of the reader's life. It is for
// the caller to hold what was read against the digest.
func (r Repository) Blob(ctx context.Context, d digest.Digest, size int64) (chunked.Blob, int64, error) {
	if err := d.Validate(); err != nil {
		return nil, 0, r.Failed(fmt.Errorf("blob %q: %w", d, err))
	}
	b := &blob{repository: r, digest: d, size: size, turn: wire.NewTurn(), begun: make(chan struct{})}
	b.start = r.Home("blobs/" + d.String())
	if r.registry.serves.Load() {
		b.at = b.start
	}
	opts := r.registry.opts
	if size >= 0 {
		return chunked.NewReader(ctx, opts.Budget, size, b.fetch, opts.Chunks), size, nil
	}
	if err := r.Retry(ctx, func() error { return b.findSize(ctx) }); err != nil {
		return nil, 0, b.failed(err)
	}
	return &sizedReader{chunked.NewReader(ctx, opts.Budget, b.size, b.fetch, opts.Chunks), b}, b.size, nil
}

// A blob is one that is being read.
type blob struct {
	repository Repository
	digest     digest.Digest
	size       int64 // bytes; -1 until it is known
	start      *wire.Place

	// turn is for requests while it is not known where ranges of the blob are to be had. One who
	// got all of the blob instead of a range keeps it until that has been read or given up. The
	// first to have it asks for the blob's start, for from there all of it is of use.
	turn  wire.Turn
	begun chan struct{} // closed when the start is being asked for
	begin sync.Once

	mu   sync.Mutex
	at   *wire.Place // where ranges are to be had; nil if that is not known
	held *held       // what came with the size
}

// fetch is a [chunked.Fetch].
func (b *blob) fetch(ctx context.Context, off, n int64) (chunked.Body, error) {
	if body, ok := b.takeHeld(ctx, off, n); ok {
		return body, nil
	}
	a, err := b.get(ctx, span{off: off, n: n, size: b.size})
	if err != nil {
		return chunked.Body{}, b.final(ctx, err)
	}
	return a.Body, nil
}

// final names the blob in an error, and marks one that asking again won't cure. That a request was
// given up is not for it to judge; and where the blob's other bytes came from, somebody listens soon.
func (b *blob) final(ctx context.Context, err error) error {
	if answer.Soon(err) || ctx.Err() != nil || errors.Is(err, syscall.ECONNREFUSED) ||
		errors.Is(err, answer.ErrOtherRange) {
		return b.failed(err)
	}
	return chunked.Permanent(b.failed(err))
}

func (b *blob) failed(err error) error {
	return b.repository.Failed(fmt.Errorf("blob %s: %w", b.digest, err))
}

// get asks for a span, again if the signed URL that it was at expired, and for all of the blob if it is
// the range that is refused.
func (b *blob) get(ctx context.Context, want span) (part, error) {
	header := want.header()
	for renewals := 0; ; renewals++ {
		s, err := b.search(ctx, want.off)
		if err != nil {
			return part{}, err
		}
		resp, err := s.request(ctx, header)
		if err != nil {
			s.end()
			return part{}, err
		}
		if resp.StatusCode < 300 {
			return s.open(resp, want)
		}
		status := resp.StatusCode
		err = s.refused(resp, want)
		s.end()
		switch {
		case renewals < chunked.MaxRenewals && !s.at.Home && isExpired(err):
			b.move(s.at, nil)
		case header.Get("Range") != "" && wire.MayBeTheWay(status) && !errors.Is(err, errEmpty):
			header.Del("Range")
			b.move(s.at, nil)
		default:
			return part{}, err
		}
	}
}

func (b *blob) settled() *wire.Place {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at
}

// move notes that ranges are to be had at another place than was thought, unless something else was
// found out meanwhile. Nil means that it is not known where.
func (b *blob) move(from, to *wire.Place) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.at == from {
		b.at = to
	}
}
