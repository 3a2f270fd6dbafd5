package auth

import (
	"context"
	"net/http"
	"strings"

	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/wire"
)

// Do makes a request, by send, with the authorization that the last one needed, if any, and
// again if the host wants another. The answer is whatever came in the end, also a 401.
func (a *Access) Do(
	ctx context.Context, send func(authorization string) (*http.Response, error),
) (*http.Response, error) {
	used, err := a.Authorization(ctx)
	if err != nil {
		return nil, err
	}
	for tries := 0; ; tries++ {
		resp, err := send(used)
		if err != nil {
			return nil, err
		}
		wanted, err := a.challengeOf(ctx, resp, used)
		if err == nil && wanted != nil && tries < 2 {
			var next string
			next, err = a.authorize(ctx, used, wanted, tries == 0)
			if err == nil && next != used {
				used = next
				answer.Discard(resp)
				continue
			}
		}
		if err != nil {
			answer.Discard(resp)
			return nil, err
		}
		return resp, nil
	}
}

// challengeOf returns what the host wants to give another answer, or nil if this one stands. Some hide
// from those who are not logged in what they may not see, and some ask for a login at /v2/ alone:
// they are made to ask.
func (a *Access) challengeOf(ctx context.Context, resp *http.Response, used string) (*challenge, error) {
	known := a.host.known()
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		if wanted := challengeIn(resp); wanted != nil {
			return wanted, nil
		}
		if known != nil {
			return known, nil
		}
	case http.StatusForbidden, http.StatusNotFound:
		if used != "" || known != nil || a.scope.Actions == Push && resp.Request.Method == http.MethodHead {
			return nil, nil // what is not there is written next, which shows whether a login is wanted
		}
		if wanted := challengeIn(resp); wanted != nil {
			return wanted, nil
		}
	default:
		return nil, nil
	}
	return a.ping(ctx, resp.Request)
}

// ping asks the host for its challenge at /v2/, once. What is not of a registry has no such place.
func (a *Access) ping(ctx context.Context, refused *http.Request) (*challenge, error) {
	if refused == nil || !strings.HasPrefix(refused.URL.Path, a.root.URL.Path) || !a.host.ping() {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, wire.AnswerTimeout)
	defer cancel()
	w := a.client.Wire
	resp, err := w.Send(ctx, w.Clients.API, http.MethodGet, a.root, nil, "") //nolint:bodyclose // Discard closes it
	if err != nil {
		return nil, err
	}
	defer answer.Discard(resp)
	return challengeIn(resp), nil
}
