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
	stream   chunked.Lender
	blob     Blob
	partSize int64 // in bytes
}

func (*lentParts) close() {}

// digest returns the one that the stream was to have, and was verified to.
func (l *lentParts) digest() digest.Digest { return l.blob.Digest }

func (l *lentParts) gather(off int64) (part, error) {
	var releases []func()
	p := part{off: off, free: func() {
		for _, release := range releases {
			release()
		}
	}}
	want, known := l.partSize, l.blob.Size >= 0
	if known {
		want = min(want, l.blob.Size-off)
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
	if known && off+p.data.size() == l.blob.Size {
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
		return fmt.Errorf("the stream ended after %d of %d bytes: %w", off, l.blob.Size, io.ErrUnexpectedEOF)
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
	return fmt.Errorf("the stream is longer than %d bytes", l.blob.Size)
}
