package registryclient

import (
	"context"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"ecrmirror/internal/chunked"
)

const (
	// headTimeout is how long an answer to HEAD is waited for, and probeTimeout where the registry
	// has been silent.
	headTimeout  = 15 * time.Second
	probeTimeout = 5 * time.Second
	// silences is after how many requests in a row that got no answer in time a registry is asked
	// one thing at a time, and probes after how many more it is not asked any more, for muteFor.
	silences = 8
	probes   = 3
	muteFor  = time.Minute
	// shortPause is the longest time that is waited for a registry's sake. One that wants to be
	// left alone for longer is told to callers, by a DeferredError.
	shortPause = 10 * time.Second
	// Of refusals in a row, the first are about an image, as far as can be known. After some the
	// registry is given the pause that it asks for, after some more it is asked more slowly, and
	// after many it is taken for out of requests, whatever it says about how soon it may be asked again.
	pausing  = 3
	slowing  = 8
	refusals = 64
)

// Requests a second. Most registries do not say what they bear; how many requests are made at a time
// limits those more, until they refuse some. The known ones are below what was observed: Docker Hub and
// ghcr.io limit some thousand requests a minute, ECR Public 10 a second.
const usualPace = 1600

var knownPaces = map[string]rate.Limit{"docker.io": 50, "ghcr.io": 30, "public.ecr.aws": 10, "ecr-public.aws.com": 10}

// An etiquette says when a registry may be asked for a digest: at a pace that slows down where it
// refuses requests, not while it wants to be left alone, and not again and again where it does not
// answer.
type etiquette struct {
	host           string
	timeout, probe time.Duration // see headTimeout
	pace           *rate.Limiter
	fastest        rate.Limit

	mu      sync.Mutex
	closed  time.Time // until when it wants to be left alone
	slowed  time.Time // when the pace was last halved
	refused int       // requests refused in a row
	silent  int       // requests in a row that got no answer in time
	failed  int       // probes among those
	mute    time.Time // until when it is not asked because it is silent
	probing bool      // one request is finding out whether it is
	changed chan struct{}
}

func newEtiquette(host string) *etiquette {
	fastest, known := knownPaces[host]
	if !known {
		fastest = usualPace
	}
	return &etiquette{
		host: host, timeout: headTimeout, probe: probeTimeout, fastest: fastest,
		pace: rate.NewLimiter(fastest, max(1, int(fastest)/10)), changed: make(chan struct{}),
	}
}

// A permit is the permission to make one request.
type permit struct {
	timeout time.Duration
	probe   bool
}

// enter waits until the registry may be asked. The caller tells what became of it by leave.
func (e *etiquette) enter(ctx context.Context) (permit, error) {
	for {
		p, wait, err := e.try(time.Now())
		switch {
		case err != nil:
			return p, err
		case wait == nil:
			if err := e.pace.Wait(ctx); err != nil {
				e.leave(p, aborted)
				return p, err
			}
			return p, nil
		}
		if err := wait(ctx); err != nil {
			return p, err
		}
	}
}

// try returns a permit, or how to wait for another try.
func (e *etiquette) try(now time.Time) (p permit, wait func(context.Context) error, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	pause := e.closed.Sub(now)
	switch {
	case pause > shortPause:
		return p, nil, &DeferredError{Host: e.host, Until: e.closed}
	case pause > 0:
		return p, func(ctx context.Context) error { return chunked.Sleep(ctx, pause) }, nil
	case now.Before(e.mute):
		return p, nil, &MuteError{Host: e.host}
	case e.silent < silences:
		return permit{timeout: e.timeout}, nil, nil
	case e.probing:
		changed := e.changed
		return p, func(ctx context.Context) error {
			select {
			case <-changed:
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}, nil
	}
	e.probing = true
	return permit{timeout: e.probe, probe: true}, nil, nil
}

// An ending is how a request ended.
type ending int

const (
	answered ending = iota // whatever the answer
	silence                // no answer in time
	aborted                // none of the registry's doing, or the connection failed at once
)

func (e *etiquette) leave(p permit, how ending) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch how {
	case answered:
		e.silent, e.failed, e.mute = 0, 0, time.Time{}
	case silence:
		e.silent++
		if p.probe {
			e.failed++
		}
		if e.failed >= probes {
			e.mute, e.failed = time.Now().Add(muteFor), 0
		}
	}
	if p.probe {
		e.probing = false
	}
	if p.probe || how == answered {
		close(e.changed)
		e.changed = make(chan struct{})
	}
}

// observe learns from an answer. It returns the time from which on the registry may be asked for the
// same again, the zero time if it does not say.
func (e *etiquette) observe(resp *http.Response) time.Time {
	now := time.Now()
	wait, empty := exhausted(resp.Header)
	throttled := resp.StatusCode == http.StatusTooManyRequests
	var after time.Duration
	if throttled || resp.StatusCode == http.StatusServiceUnavailable {
		after = retryAfter(resp.Header.Get("Retry-After"), answeredAt(resp.Header))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.count(now, resp.StatusCode)
	if e.refused >= refusals && throttled {
		wait, empty = max(wait, unsaidWindow), true
	}
	wait = max(wait, after)
	if until := now.Add(wait); (empty || after > shortPause || after > 0 && e.refused >= pausing) && until.After(e.closed) {
		e.closed = until
	}
	switch {
	case e.closed.After(now):
		return e.closed
	case after > 0:
		return now.Add(after)
	}
	return time.Time{}
}

// count counts refusals in a row, and has the pace follow.
func (e *etiquette) count(now time.Time, status int) {
	switch {
	case status == http.StatusTooManyRequests:
		if e.refused++; e.refused >= slowing {
			e.slowDown(now)
		}
	case status < http.StatusInternalServerError:
		e.refused = 0
		e.pace.SetLimit(min(e.fastest, e.pace.Limit()+e.fastest/100))
	}
}

// slowDown halves the pace, once a second at most.
func (e *etiquette) slowDown(now time.Time) {
	if now.Sub(e.slowed) >= time.Second {
		e.slowed = now
		e.pace.SetLimit(max(1, e.pace.Limit()/2))
	}
}

// suspect reports whether so many requests got no answer that one at a time finds out more.
func (e *etiquette) suspect() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.silent >= silences
}

// deferredUntil returns until when the registry is not to be asked, the zero time if it may be asked
// now or soon.
func (e *etiquette) deferredUntil() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	if time.Until(e.closed) <= shortPause {
		return time.Time{}
	}
	return e.closed
}

// matters reports whether the registry is to be treated otherwise than one that is not known.
func (e *etiquette) matters(now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.closed.After(now) || e.mute.After(now) || e.silent > 0 || e.refused >= slowing
}
