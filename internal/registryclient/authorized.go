package registryclient

import (
	"context"
	"net/http"
	"strings"
)

// authorized makes a request, by send, with the authorization that the last one needed, if any, and
// again if the host wants another. The answer is whatever came in the end, also a 401.
func (a *access) authorized(ctx context.Context, send func(authorization string) (*http.Response, error)) (*http.Response, error) {
	used, err := a.authorization(ctx)
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
				discard(resp)
				continue
			}
		}
		if err != nil {
			discard(resp)
			return nil, err
		}
		return resp, nil
	}
}

// challengeOf returns what the host wants to give another answer, or nil if this one stands. Some hide
// from those who are not logged in what they may not see, and some ask for a login at /v2/ alone:
// they are made to ask.
func (a *access) challengeOf(ctx context.Context, resp *http.Response, used string) (*challenge, error) {
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
		if used != "" || known != nil || a.repository.actions == push && resp.Request.Method == http.MethodHead {
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
func (a *access) ping(ctx context.Context, refused *http.Request) (*challenge, error) {
	if refused == nil || !strings.HasPrefix(refused.URL.Path, a.root.url.Path) || !a.host.ping() {
		return nil, nil
	}
	registry := a.repository.registry
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	resp, err := registry.send(ctx, registry.clients.api, http.MethodGet, a.root, nil, "")
	if err != nil {
		return nil, err
	}
	defer discard(resp)
	return challengeIn(resp), nil
}
