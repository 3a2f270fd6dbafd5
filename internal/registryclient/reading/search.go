package reading

import (
	"context"
	"net/http"
	"sync"

	"ecrmirror/internal/registryclient/wire"
)

// A search is one request for a blob on its way to where that is.
type search struct {
	*blob
	at      *wire.Place
	known   *wire.Place // what at was when it was known where ranges are to be had; nil if this is to find out
	release func()      // gives others their turn
}

// end lets others ask, if it kept them from it.
func (s *search) end() { s.release() }

// search begins a request for what is at off: at once if it is known where ranges are to be had, or
// else when it is the caller's turn to find out.
func (b *blob) search(ctx context.Context, off int64) (*search, error) {
	if off > 0 {
		select {
		case <-b.begun:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	} else {
		defer b.begin.Do(func() { close(b.begun) })
	}
	if at := b.settled(); at != nil {
		return &search{b, at, at, func() {}}, nil
	}
	if err := b.turn.Take(ctx); err != nil {
		return nil, err
	}
	if at := b.settled(); at != nil {
		b.turn.Release()
		return &search{b, at, at, func() {}}, nil
	}
	return &search{b, b.start, nil, sync.OnceFunc(b.turn.Release)}, nil
}

// request makes the request where the blob is, or is to be asked for. The answer is no redirect.
func (s *search) request(ctx context.Context, header http.Header) (*http.Response, error) {
	for hops := 0; ; hops++ {
		resp, err := s.repository.Do(ctx, s.client(), http.MethodGet, s.at, header)
		if err != nil || !wire.IsRedirect(resp) {
			return resp, err
		}
		if err := s.follow(resp, hops); err != nil {
			return nil, err
		}
	}
}

// client is HTTP/1.1 once it is known that ranges are to come from the registry.
func (s *search) client() http.RoundTripper {
	if s.at != s.start || s.repository.registry.serves.Load() {
		return s.repository.Clients.Ranges
	}
	return s.repository.Clients.API
}

// follow follows a redirect. All other requests may go where it leads at once, unless ranges are not
// to be had there.
func (s *search) follow(resp *http.Response, hops int) error {
	registry := s.repository.registry
	if s.at.Home {
		registry.serves.Store(false)
	}
	to, err := s.repository.Follow(s.at, resp, hops)
	if err != nil {
		return err
	}
	s.at = to
	if !to.Home && registry.honoursRanges(to.URL.Host) {
		s.settle()
	}
	return nil
}

// settle tells others where ranges are to be had.
func (s *search) settle() {
	s.move(s.known, s.at)
	s.known = s.at
	s.end()
}

// open checks what a successful answer claims to be, and learns from it where ranges are to be had.
func (s *search) open(resp *http.Response, want span) (part, error) {
	a, err := want.partOf(resp)
	if err != nil {
		s.end()
		return part{}, failedAt(s.at, err)
	}
	if a.Whole && !want.all() {
		s.noRanges()
		if s.turn.TryTake() { // it was free, so it is not this request's
			s.release = sync.OnceFunc(s.turn.Release)
		}
		a.ReadCloser = &onlyBody{a.ReadCloser, s.release}
		return a, nil
	}
	if !a.Whole {
		s.ranges()
	}
	if s.known != s.at {
		s.settle()
	}
	return a, nil
}

// ranges notes that they are honoured.
func (s *search) ranges() {
	switch registry := s.repository.registry; {
	case s.at == s.start:
		registry.serves.Store(true)
	case !s.at.Home:
		registry.noteRanges(s.at.URL.Host, true)
	}
}

// noRanges notes that they are not: from now on, requests for this blob, and for others there, are
// made one at a time.
func (s *search) noRanges() {
	registry := s.repository.registry
	if s.at.Home {
		registry.serves.Store(false)
	} else {
		registry.noteRanges(s.at.URL.Host, false)
	}
	s.move(s.known, nil)
}
