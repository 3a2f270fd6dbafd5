package ecr

import (
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
)

// lentParts makes parts of what a stream lends: nothing is copied, and several destinations may
// send the same memory.
type lentParts struct {
	u      *upload
	stream chunked.Lender
}

// newLentParts returns the parts of a stream, which was told by PartSize how much is borrowed at a time.
func newLentParts(u *upload, stream chunked.Lender) *lentParts {
	u.partSize = min(u.partSize, u.dest.limits.choosePartSize(usualPartSize, u.blob.Size))
	return &lentParts{u: u, stream: stream}
}

func (*lentParts) close() {}

// digest returns the one that the stream was to have, and was verified to.
func (l *lentParts) digest() digest.Digest { return l.u.blob.Digest }

func (l *lentParts) gather(off int64) (part, error) {
	var releases []func()
	p := part{off: off, free: func() {
		for _, release := range releases {
			release()
		}
	}}
	want, known := l.u.partSize, l.u.blob.Size >= 0
	if known {
		want = min(want, l.u.blob.Size-off)
	}
	for want > 0 {
		data, release, err := l.stream.Lend(int(want))
		if err == io.EOF && !known { //nolint:errorlint // an error that wraps io.EOF is not the end
			p.last = true
			return p, nil
		}
		if err != nil {
			p.free()
			return part{}, l.broken(off+p.data.size(), err)
		}
		p.data = append(p.data, data)
		releases = append(releases, release)
		want -= int64(len(data))
	}
	if known && off+p.data.size() == l.u.blob.Size {
		if err := l.end(); err != nil {
			p.free()
			return part{}, err
		}
		p.last = true
	}
	return p, nil
}

func (l *lentParts) broken(off int64, err error) error {
	if err == io.EOF { //nolint:errorlint // see above
		return fmt.Errorf("the stream ended after %d of %d bytes: %w", off, l.u.blob.Size, io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("reading the stream: %w", err)
}

// end reads the stream's end, which is where a stream that verifies itself may fail.
func (l *lentParts) end() error {
	_, release, err := l.stream.Lend(1)
	switch {
	case err == io.EOF: //nolint:errorlint // see above
		return nil
	case err != nil:
		return fmt.Errorf("reading the stream: %w", err)
	}
	release()
	return fmt.Errorf("the stream is longer than %d bytes", l.u.blob.Size)
}
