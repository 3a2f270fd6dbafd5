// Package pace says when a registry may be asked: at which rate, not while it wants to be left alone, and not again and
// again where it does not answer.
package pace

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/sleep"
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
	// ShortPause is the longest pause that is kept here. A registry that wants a longer one gives a
	// [DeferredError].
	ShortPause = 10 * time.Second
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

// A Pace says when a registry may be asked for a digest, or for a page of a list. It is safe for concurrent use.
type Pace struct {
	host           string
	timeout, probe time.Duration // see headTimeout
	rate           *rate.Limiter
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

// Options tune a pace.
type Options struct {
	Timeout time.Duration // how long an answer is waited for; 0 means 15 seconds
	Probe   time.Duration // how long where the registry has been silent; 0 means 5 seconds
}

// New returns the pace for a host of which nothing is known but what is said of well-known registries.
func New(host string, opts Options) *Pace {
	fastest, known := knownPaces[host]
	if !known {
		fastest = usualPace
	}
	return &Pace{
		host: host, timeout: cmp.Or(opts.Timeout, headTimeout), probe: cmp.Or(opts.Probe, probeTimeout),
		fastest: fastest,
		rate:    rate.NewLimiter(fastest, max(1, int(fastest)/10)), changed: make(chan struct{}),
	}
}

// A Permit is the permission to make one request.
type Permit struct {
	Timeout time.Duration // how long the answer may take
	probe   bool
}

// Patience returns how long an answer may take of which more is usual than of one to HEAD: that long, unless the
// registry has been silent.
func (p Permit) Patience(usual time.Duration) time.Duration {
	if p.probe {
		return p.Timeout
	}
	return usual
}

// Enter waits until the registry may be asked. The caller tells what became of it by Leave.
func (p *Pace) Enter(ctx context.Context) (Permit, error) {
	for {
		permit, wait, err := p.try(time.Now())
		switch {
		case err != nil:
			return permit, err
		case wait == nil:
			if err := p.rate.Wait(ctx); err != nil {
				p.Leave(permit, Aborted)
				return permit, err
			}
			return permit, nil
		}
		if err := wait(ctx); err != nil {
			return permit, err
		}
	}
}

// try returns a permit, or how to wait for another try.
func (p *Pace) try(now time.Time) (permit Permit, wait func(context.Context) error, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	pause := p.closed.Sub(now)
	switch {
	case pause > ShortPause:
		return permit, nil, &DeferredError{Host: p.host, Until: p.closed}
	case pause > 0:
		return permit, func(ctx context.Context) error { return sleep.For(ctx, pause) }, nil
	case now.Before(p.mute):
		return permit, nil, &MuteError{Host: p.host}
	case p.silent < silences:
		return Permit{Timeout: p.timeout}, nil, nil
	case p.probing:
		changed := p.changed
		return permit, func(ctx context.Context) error {
			select {
			case <-changed:
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}, nil
	}
	p.probing = true
	return Permit{Timeout: p.probe, probe: true}, nil, nil
}

// An Ending is how a request ended.
type Ending int

// How requests end.
const (
	Answered Ending = iota // whatever the answer
	Silence                // no answer in time
	Aborted                // none of the registry's doing, or the connection failed at once
)

// Leave tells what became of a request.
func (p *Pace) Leave(permit Permit, how Ending) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch how {
	case Answered:
		p.silent, p.failed, p.mute = 0, 0, time.Time{}
	case Silence:
		p.silent++
		if permit.probe {
			p.failed++
		}
		if p.failed >= probes {
			p.mute, p.failed = time.Now().Add(muteFor), 0
		}
	}
	if permit.probe {
		p.probing = false
	}
	if permit.probe || how == Answered {
		close(p.changed)
		p.changed = make(chan struct{})
	}
}

// Observe learns from an answer. It returns the time from which on the registry may be asked for the
// same again, the zero time if it does not say.
func (p *Pace) Observe(resp *http.Response) time.Time {
	now := time.Now()
	wait, empty := exhausted(resp.Header)
	throttled := resp.StatusCode == http.StatusTooManyRequests
	var after time.Duration
	if throttled || resp.StatusCode == http.StatusServiceUnavailable {
		after = answer.RetryAfter(resp.Header)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count(now, resp.StatusCode)
	if p.refused >= refusals && throttled {
		wait, empty = max(wait, unsaidWindow), true
	}
	wait = max(wait, after)
	if until := now.Add(wait); (empty || after > ShortPause || after > 0 && p.refused >= pausing) &&
		until.After(p.closed) {
		p.closed = until
	}
	switch {
	case p.closed.After(now):
		return p.closed
	case after > 0:
		return now.Add(after)
	}
	return time.Time{}
}

// count counts refusals in a row, and has the pace follow.
func (p *Pace) count(now time.Time, status int) {
	switch {
	case status == http.StatusTooManyRequests:
		if p.refused++; p.refused >= slowing {
			p.slowDown(now)
		}
	case status < http.StatusInternalServerError:
		p.refused = 0
		p.rate.SetLimit(min(p.fastest, p.rate.Limit()+p.fastest/100))
	}
}

// slowDown halves the pace, once a second at most.
func (p *Pace) slowDown(now time.Time) {
	if now.Sub(p.slowed) >= time.Second {
		p.slowed = now
		p.rate.SetLimit(max(1, p.rate.Limit()/2))
	}
}

// Suspect reports whether so many requests got no answer that one at a time finds out more.
func (p *Pace) Suspect() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.silent >= silences
}

// DeferredUntil returns until when the registry is not to be asked, the zero time if it may be asked
// now or soon.
func (p *Pace) DeferredUntil() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Until(p.closed) <= ShortPause {
		return time.Time{}
	}
	return p.closed
}

// matters reports whether the registry is to be treated otherwise than one that is not known.
func (p *Pace) matters(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed.After(now) || p.mute.After(now) || p.silent > 0 || p.refused >= slowing
}
