package reading

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/registryclient/pace"
	"ecrmirror/internal/registryclient/wire"
	"ecrmirror/internal/sleep"
)

// timeouts is how often [Repository.Digest] asks for a digest that does not come in time.
const timeouts = 2

// Digest returns the SHA-256 digest of a manifest, given its tag or digest, by HEAD, which counts as no
// pull. Where the answer has none, or may be of a registry that does not know HEAD, the manifest is read
// for it. A manifest that does not exist is [answer.ErrNotFound].
//
// The registry is asked at the rate that its answers allow. Where it is rate-limited, the error is a
// [*pace.DeferredError]. Where it does not answer within 15 seconds, twice, or has not answered others, it is a
// [*pace.MuteError].
func (r Repository) Digest(ctx context.Context, reference string) (digest.Digest, error) {
	for silences := 1; ; silences++ {
		d, again, err := r.Ask(ctx, reference)
		if !again || silences == timeouts {
			return d, err
		}
	}
}

// Ask is what [Repository.Digest] does, but where the registry does not answer within 15 seconds it asks no
// second time: again says whether that is worth it, as the registry answers others.
func (r Repository) Ask(ctx context.Context, reference string) (_ digest.Digest, again bool, _ error) {
	for failures := 1; ; failures++ {
		known := r.registry.heads.Load()
		d, err := r.head(ctx, reference)
		switch {
		case err == nil && d == "" && !known && r.learnsHEAD(ctx):
			continue // its word counts now
		case err == nil && d == "":
			d, err = r.readDigest(ctx, reference)
			return d, false, err
		case err == nil:
			return d, false, nil
		}
		if mute, ok := errors.AsType[*pace.MuteError](err); ok {
			// What was silent once is no good probe of a registry that is silent about others, too.
			return "", mute.After > 0 && !r.registry.opts.Pace.Suspect() && ctx.Err() == nil, r.Failed(err)
		}
		if err := r.waitAgain(ctx, err, failures); err != nil {
			return "", false, err
		}
	}
}

// NoteStored notes that the repository has a manifest, given its tag or digest.
func (r Repository) NoteStored(reference string) {
	if !r.registry.heads.Load() {
		r.registry.stored.CompareAndSwap(nil, &stored{repository: r, reference: reference})
	}
}

// learnsHEAD reports whether the registry is known by now to tell digests by HEAD. Where a manifest is known to be
// there it is asked for that one, once: otherwise each image that it lacks would take a GET, too.
func (r Repository) learnsHEAD(ctx context.Context) bool {
	if there := r.registry.stored.Load(); there != nil && !there.asked.Swap(true) {
		_, _ = there.repository.head(ctx, there.reference)
	}
	return r.registry.heads.Load()
}

// waitAgain waits until a request in turn is worth another attempt after so many failures. Where it is not, the error
// is what became of it.
func (r Repository) waitAgain(ctx context.Context, err error, failures int) error {
	wait, again := r.again(ctx, err, failures)
	if !again || ctx.Err() != nil {
		return r.Failed(err)
	}
	if ended := sleep.For(ctx, wait); ended != nil {
		return r.Failed(fmt.Errorf("%w, after %w", ended, err))
	}
	return nil
}

// again returns whether a request in turn is worth another attempt after so many failures, and when.
func (r Repository) again(ctx context.Context, err error, failures int) (wait time.Duration, again bool) {
	var put *pace.DeferredError
	if errors.As(err, &put) && (put.Err == nil || time.Until(put.Until) > pace.ShortPause) {
		return 0, false
	}
	if !r.MayTryAgain(err, failures) {
		return 0, false
	}
	wait = r.Pause(err, failures)
	if put != nil && !put.Until.IsZero() {
		wait = time.Until(put.Until)
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait {
		return 0, false
	}
	return wait, true
}

// head makes one attempt. The digest is "" where HEAD does not tell.
func (r Repository) head(ctx context.Context, reference string) (d digest.Digest, err error) {
	err = r.inTurn(ctx, http.MethodHead, reference, 0, func(resp *http.Response) (taken bool, err error) {
		switch status := resp.StatusCode; {
		case wire.IsSuccess(resp):
			d = digest.Digest(resp.Header.Get("Docker-Content-Digest"))
			if d.Validate() != nil || d.Algorithm() != digest.SHA256 { // all destinations have the digest of that
				d = ""
			} else {
				r.registry.heads.Store(true)
			}
			return true, resp.Body.Close()
		case wire.LacksMethod(status), !r.registry.heads.Load() &&
			(status == http.StatusNotFound || wire.MayBeTheWay(status)):
			return true, resp.Body.Close()
		}
		return false, nil
	})
	return d, err
}

// isTimeout reports whether a request failed because there was no answer in time.
func isTimeout(ctx context.Context, err error) bool {
	var timeout net.Error
	return errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}
