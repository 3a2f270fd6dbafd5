package chunked

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// A guardedBody is a body whose Read fails with [ErrStalled] where nothing arrives for too long.
// The clock runs only inside of Read: the reader may take its time.
type guardedBody struct {
	body   io.ReadCloser
	whole  bool
	atEOF  bool
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	stall  time.Duration
}

func openGuarded(
	ctx context.Context, stall time.Duration, open func(context.Context) (Body, error),
) (*guardedBody, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(stall, func() { cancel(fmt.Errorf("%w (%v)", ErrStalled, stall)) })
	g := &guardedBody{ctx: ctx, cancel: cancel, timer: timer, stall: stall}
	body, err := open(ctx)
	timer.Stop()
	if err != nil {
		err = g.explain(err)
		cancel(nil)
		return nil, err
	}
	g.body, g.whole = body.ReadCloser, body.Whole
	return g, nil
}

func (g *guardedBody) Read(p []byte) (int, error) {
	g.timer.Reset(g.stall)
	n, err := g.body.Read(p)
	g.timer.Stop()
	return n, g.explain(err)
}

// explain tells a stall from what it looks like to the body, a cancelled context.
func (g *guardedBody) explain(err error) error {
	if cause := context.Cause(g.ctx); err != nil && errors.Is(cause, ErrStalled) {
		return cause
	}
	return err
}

func (g *guardedBody) Close() {
	g.timer.Stop()
	g.cancel(nil)
	g.body.Close()
}
