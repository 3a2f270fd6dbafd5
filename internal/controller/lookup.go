package controller

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
)

// lookUps asks for each image's digest once, however many entries name it. A failure
// is remembered too: what has just failed is not asked again in the same run.
type lookUps struct {
	digests Digests
	timeout time.Duration // of one look-up: a registry that never answers must not hold up the others' jobs
	mu      sync.Mutex
	calls   map[imagename.Name]*call
}

type call struct {
	once   sync.Once
	digest digest.Digest
	err    error
}

func (l *lookUps) digest(ctx context.Context, name imagename.Name) (digest.Digest, error) {
	l.mu.Lock()
	c := l.calls[name]
	if c == nil {
		c = &call{}
		l.calls[name] = c
	}
	l.mu.Unlock()
	c.once.Do(func() { c.digest, c.err = l.ask(ctx, name) })
	return c.digest, c.err
}

func (l *lookUps) ask(parent context.Context, name imagename.Name) (digest.Digest, error) {
	ctx, cancel := context.WithTimeout(parent, l.timeout)
	defer cancel()
	d, err := l.digests.Digest(ctx, name)
	if err != nil && ctx.Err() != nil && parent.Err() == nil {
		err = fmt.Errorf("no answer from %s within %s: %w", name.Host, l.timeout, context.DeadlineExceeded)
	}
	return d, err
}
