package registryclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
)

// timeouts is how often [Repository.Digest] asks for a digest that does not come in time.
const timeouts = 2

// Digest returns the SHA-256 digest of a manifest, given its tag or digest, by HEAD, which counts as no
// pull. Where the answer has none, or may be of a registry that does not know HEAD, the manifest is read
// for it. A manifest that does not exist is [ErrNotFound].
//
// The registry is asked at a pace that it bears, as far as its answers tell. Where it bears no more
// requests for now the error is a [*DeferredError]; where it does not answer within 15 seconds,
// twice, or has not answered others, a [*MuteError].
func (r *Repository) Digest(ctx context.Context, reference string) (digest.Digest, error) {
	for silences := 1; ; silences++ {
		d, again, err := r.Ask(ctx, reference)
		if !again || silences == timeouts {
			return d, err
		}
	}
}

// Ask is what [Repository.Digest] does, but where the registry does not answer within 15 seconds it asks no
// second time: again says whether that is worth it, as the registry answers others.
func (r *Repository) Ask(ctx context.Context, reference string) (_ digest.Digest, again bool, _ error) {
	for failures := 1; ; failures++ {
		d, err := r.head(ctx, reference)
		switch {
		case err == nil && d == "":
			d, err = r.readDigest(ctx, reference)
			return d, false, err
		case err == nil:
			return d, false, nil
		}
		if mute, ok := errors.AsType[*MuteError](err); ok {
			// What was silent once is no good probe of a registry that is silent about others, too.
			return "", mute.After > 0 && !r.registry.Silent() && ctx.Err() == nil, r.failed(err)
		}
		wait, again := r.registry.headAgain(ctx, err, failures)
		if !again || ctx.Err() != nil {
			return "", false, r.failed(err)
		}
		if ended := chunked.Sleep(ctx, wait); ended != nil {
			return "", false, r.failed(fmt.Errorf("%w, after %w", ended, err))
		}
	}
}

// Silent reports whether the registry did not answer several requests in a row, so that it is asked one thing at a time.
func (r *Registry) Silent() bool { return r.etiquette.suspect() }

// DeferredUntil returns until when the registry bears no more requests; the zero time if it does, or
// will within seconds.
func (r *Registry) DeferredUntil() time.Time { return r.etiquette.deferredUntil() }

// headAgain returns whether HEAD is worth another attempt after so many failures, and when.
func (r *Registry) headAgain(ctx context.Context, err error, failures int) (wait time.Duration, again bool) {
	var put *DeferredError
	if errors.As(err, &put) && (put.Err == nil || time.Until(put.Until) > shortPause) {
		return 0, false
	}
	if failures >= r.opts.Attempts || !temporary(err) {
		return 0, false
	}
	wait = r.pause(err, failures)
	if put != nil && !put.Until.IsZero() {
		wait = time.Until(put.Until)
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait {
		return 0, false
	}
	return wait, true
}

// head makes one attempt. The digest is "" where HEAD does not tell.
func (r *Repository) head(ctx context.Context, reference string) (digest.Digest, error) {
	e := r.registry.etiquette
	p, err := e.enter(ctx)
	if err != nil {
		return "", err
	}
	how := aborted
	defer func() { e.leave(p, how) }()
	limited, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	resp, at, err := r.readThrough(limited, r.registry.clients.api, http.MethodHead, r.home("manifests/"+reference), accepting())
	switch {
	case err != nil && ctx.Err() == nil && isTimeout(limited, err):
		how = silence
		return "", &MuteError{Host: r.registry.opts.Host, After: p.timeout}
	case err != nil:
		var refused *StatusError // of the token server
		if errors.As(err, &refused) && refused.Status == http.StatusTooManyRequests {
			err = &DeferredError{Host: r.registry.opts.Host, Err: err}
		}
		return "", err
	}
	how = answered
	until := e.observe(resp)
	switch status := resp.StatusCode; {
	case status >= 200 && status <= 299:
		d := digest.Digest(resp.Header.Get("Docker-Content-Digest"))
		if d.Validate() != nil || d.Algorithm() != digest.SHA256 { // all destinations have the digest of that
			d = ""
		} else {
			r.registry.heads.Store(true)
		}
		return d, resp.Body.Close()
	case lacksMethod(status), !r.registry.heads.Load() && (status == http.StatusNotFound || mayBeTheWay(status)):
		return "", resp.Body.Close()
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable && !until.IsZero():
		return "", &DeferredError{Host: r.registry.opts.Host, Until: until, Err: r.refusal(resp, at)}
	}
	return "", r.refusal(resp, at)
}

// isTimeout reports whether a request failed because there was no answer in time.
func isTimeout(ctx context.Context, err error) bool {
	var timeout net.Error
	return errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}
