package ecr

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"testing"
)

// A lender lends content in pieces, of which no more than so many bytes are out at a time. A piece that
// is released is spoiled: nobody may look at it any more.
type lender struct {
	content []byte
	piece   int   // bytes at most
	memory  int   // bytes that may be out; 0 means any
	end     error // after the content; nil means io.EOF

	mu   sync.Mutex
	room sync.Cond
	off  int
	out  int
	most int // that were out at a time
}

func lend(content []byte, piece, memory int) *lender {
	l := &lender{content: content, piece: piece, memory: memory}
	l.room.L = &l.mu
	return l
}

func (l *lender) Read([]byte) (int, error) { return 0, errors.New("a lender is not read") }

func (l *lender) Lend(most int) ([]byte, func(), error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.memory > 0 && l.out >= l.memory && l.off < len(l.content) {
		l.room.Wait()
	}
	if l.off == len(l.content) {
		if l.end != nil {
			return nil, nil, l.end
		}
		return nil, nil, io.EOF
	}
	n := min(most, l.piece, len(l.content)-l.off)
	data := bytes.Clone(l.content[l.off : l.off+n])
	l.off += n
	l.out += n
	l.most = max(l.most, l.out)
	return data, func() {
		clear(data)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.out -= n
		l.room.Broadcast()
	}, nil
}

// check fails the test if something lent is not released.
func (l *lender) check(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.out != 0 {
		t.Errorf("%d bytes were not released", l.out)
	}
}
