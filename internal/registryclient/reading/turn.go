package reading

import (
	"context"
	"errors"
	"net/http"
	"time"

	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/pace"
	"ecrmirror/internal/registryclient/wire"
)

// ManifestInTurn is what [Repository.Manifest] does, for who reads many: at the rate that the registry's answers
// allow, and with the errors of [Repository.Digest]. It reads by a digest.
func (r Repository) ManifestInTurn(
	ctx context.Context, reference string,
) (content []byte, mediaType string, err error) {
	for failures := 1; ; failures++ {
		content, mediaType, err = r.readInTurn(ctx, reference)
		if err == nil {
			return content, mediaType, nil
		}
		if _, mute := errors.AsType[*pace.MuteError](err); mute {
			return nil, "", r.Failed(err)
		}
		if err := r.waitAgain(ctx, err, failures); err != nil {
			return nil, "", err
		}
	}
}

// readInTurn makes one attempt.
func (r Repository) readInTurn(ctx context.Context, reference string) (content []byte, mediaType string, err error) {
	err = r.inTurn(ctx, http.MethodGet, reference, readTimeout, func(resp *http.Response) (taken bool, err error) {
		if !wire.IsSuccess(resp) {
			return false, nil
		}
		mediaType, err = readAnswer(resp, func(resp *http.Response) (n int64, err error) {
			content, err = r.whole(ctx, resp)
			return int64(len(content)), err
		})
		return true, err
	})
	return content, mediaType, err
}

// inTurn makes one attempt at a request about a manifest, at the rate that the registry's answers allow. An answer
// may take as long as is usual, 0 for as long as one to HEAD, also to be read. Take is given each; it reports whether
// that is one that it understands, which is closed then. Of others the error is what they say.
func (r Repository) inTurn(
	ctx context.Context, method, reference string, usual time.Duration,
	take func(*http.Response) (taken bool, err error),
) error {
	asking := r.registry.opts.Pace
	permit, err := asking.Enter(ctx)
	if err != nil {
		return err
	}
	how := pace.Aborted
	defer func() { asking.Leave(permit, how) }()
	timeout := permit.Timeout
	if usual > 0 {
		timeout = permit.Patience(usual)
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	resp, at, err := r.DoThrough(limited, r.Clients.API, method, r.Home("manifests/"+reference), accepting()) //nolint:bodyclose // take and Refusal close it
	switch {
	case err != nil && ctx.Err() == nil && isTimeout(limited, err):
		how = pace.Silence
		return &pace.MuteError{Host: r.Name(), After: timeout}
	case err != nil:
		var refused *answer.StatusError // of the token server
		if errors.As(err, &refused) && refused.Status == http.StatusTooManyRequests {
			err = &pace.DeferredError{Host: r.Name(), Err: err}
		}
		return err
	}
	how = pace.Answered
	until := asking.Observe(resp)
	if taken, err := take(resp); taken {
		return err
	}
	switch status := resp.StatusCode; {
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable && !until.IsZero():
		return &pace.DeferredError{Host: r.Name(), Until: until, Err: r.Refusal(resp, at)}
	}
	return r.Refusal(resp, at)
}
