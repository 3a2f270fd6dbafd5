package writing

import (
	"errors"
	"io"
	"sync"
)

// A loan lends content to one request. A transport may read on after it gave the answer: then there
// is no more.
type loan struct {
	mu      sync.Mutex // held while reading
	content *content
	ended   bool
}

var errLoanEnded = errors.New("the upload has ended")

func (l *loan) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return 0, errLoanEnded
	}
	return l.content.Read(p)
}

// What is borrowed of a stream, in bytes: for one write at most; and what is never, at the stream's
// end, since the last bytes are given away only when it has ended well with them.
const (
	lentSize = 256 << 10
	keptBack = 32 << 10
)

// WriteLent implements [wire.LentBody]: it writes bytes that the stream lends, as far as it does, up to size less
// keptBack.
func (l *loan) WriteLent(w io.Writer, size int64) (n int64, err error) {
	for size-n > keptBack {
		data, release, err := l.lend(int(min(lentSize, size-n-keptBack)))
		if err != nil || data == nil {
			return n, err
		}
		written, err := w.Write(data)
		release()
		n += int64(written)
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// lend borrows the stream's next bytes, or none if there are none to borrow; Read says why.
func (l *loan) lend(most int) (data []byte, release func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.ended:
		return nil, nil, errLoanEnded
	case l.content.err != nil || l.content.ended:
		return nil, nil, nil
	}
	if data, release, err = l.content.stream.Lend(most); err != nil {
		l.content.stop(err)
		return nil, nil, nil
	}
	l.content.read += int64(len(data))
	return data, release, nil
}

func (l *loan) Close() error { return nil } // the stream is the caller's

// end returns once nobody reads the content.
func (l *loan) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
}
