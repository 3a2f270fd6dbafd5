package belonging

import (
	"context"
	"errors"
	"sync"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/mirror/port"
)

// Lists remembers the lists of artifacts of the manifests of one repository: several tags may name one image. Each
// subject is asked about once, as long as there are not too many. It is safe for concurrent use.
type Lists struct {
	of port.Artifacts

	mu   sync.Mutex
	told map[digest.Digest]*told
}

var _ port.Artifacts = (*Lists)(nil)

// told is what was told of one subject. Done is closed when it was.
type told struct {
	done chan struct{}
	list []artifacts.Artifact
	err  error
}

// NewLists returns lists that remember what others tell.
func NewLists(of port.Artifacts) *Lists { return &Lists{of: of, told: map[digest.Digest]*told{}} }

// mostTold is of how many subjects lists are remembered: a request of 200 images has some thousands.
const mostTold = 5_000

// Of implements [port.Artifacts]. A list that failed for one who gave up is asked for again.
func (l *Lists) Of(ctx context.Context, subject digest.Digest) ([]artifacts.Artifact, error) {
	for {
		t, isMine := l.begin(subject)
		if isMine {
			t.list, t.err = l.of.Of(ctx, subject)
			if t.err != nil {
				l.forget(subject, t)
			}
			close(t.done)
			return t.list, t.err
		}
		select {
		case <-t.done:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if !errors.Is(t.err, context.Canceled) {
			return t.list, t.err
		}
	}
}

// begin returns what is told of a subject; isMine says that the caller is to ask.
func (l *Lists) begin(subject digest.Digest) (_ *told, isMine bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t := l.told[subject]; t != nil {
		return t, false
	}
	if len(l.told) >= mostTold {
		l.told = map[digest.Digest]*told{}
	}
	t := &told{done: make(chan struct{})}
	l.told[subject] = t
	return t, true
}

func (l *Lists) forget(subject digest.Digest, t *told) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.told[subject] == t {
		delete(l.told, subject)
	}
}
