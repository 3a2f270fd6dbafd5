package distribution

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// A Repository holds images. It is safe for concurrent use. Its errors begin with its name.
type Repository struct {
	registry *Registry
	name     string
	actions  string // what tokens are to allow

	turn  turn // at getting an authorization; it guards what follows
	held  authorization
	extra string // a scope that the registry asked for besides the usual one
}

// An authorization is what one repository is read or written with.
type authorization struct {
	header  string    // of Authorization; "" for none
	expires time.Time // the zero time means never
	renew   time.Time // from when on it is not enough to begin an upload with
}

func (a authorization) valid() bool { return a.validAfter(a.expires) }

// lasts reports whether it is good for some time yet.
func (a authorization) lasts() bool { return a.validAfter(a.renew) }

func (a authorization) validAfter(end time.Time) bool {
	return a.header != "" && (a.expires.IsZero() || time.Now().Before(end))
}

// failed names the repository in an error.
func (r *Repository) failed(err error) error {
	return fmt.Errorf("%s/%s: %w", r.registry.opts.Host, r.name, err)
}

// home returns a path of the repository's in the registry, such as "manifests/latest".
func (r *Repository) home(path string) *place {
	return &place{url: &url.URL{Host: r.registry.host, Path: "/v2/" + r.name + "/" + path}, home: true}
}

// ask makes a request of the registry. It is sent at once, with the authorization that the last one
// needed, if any, and again if the registry wants another. The answer is whatever came in the end,
// also a 401.
func (r *Repository) ask(
	ctx context.Context, client http.RoundTripper, method string, at *url.URL, header http.Header,
) (*http.Response, error) {
	return r.authorized(ctx, func(used string) (*http.Response, error) {
		return r.registry.send(ctx, client, method, at, header, used)
	})
}

// authorized does what ask does with whatever send sends.
func (r *Repository) authorized(ctx context.Context, send func(authorization string) (*http.Response, error)) (*http.Response, error) {
	used, err := r.authorization(ctx)
	if err != nil {
		return nil, err
	}
	for tries := 0; ; tries++ {
		resp, err := send(used)
		if err != nil {
			return nil, err
		}
		wanted, err := r.challengeOf(ctx, resp, used)
		if err == nil && wanted != nil && tries < 2 {
			var next string
			next, err = r.authorize(ctx, used, wanted, tries == 0)
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

// send makes one request of the registry itself.
func (r *Registry) send(
	ctx context.Context, client http.RoundTripper, method string, at *url.URL, header http.Header, authorization string,
) (*http.Response, error) {
	req, err := r.request(ctx, method, at, header)
	if err != nil {
		return nil, err
	}
	return r.sendRequest(client, req, authorization)
}

func (r *Registry) sendRequest(client http.RoundTripper, req *http.Request, authorization string) (*http.Response, error) {
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	resp, err := r.scheme.send(client, req)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", req.Method, r.host, &networkError{err})
	}
	return resp, nil
}

// request returns a request with the headers that all have.
func (r *Registry) request(ctx context.Context, method string, at *url.URL, header http.Header) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, "", nil)
	if err != nil {
		return nil, err
	}
	req.URL, req.Host = at, at.Host
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("User-Agent", r.opts.UserAgent)
	// The bytes are wanted as they are, for they have a digest.
	req.Header.Set("Accept-Encoding", "identity")
	return req, nil
}
