package registryclient

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"
)

// A Repository holds images. It is safe for concurrent use. Its errors begin with its name.
type Repository struct {
	registry *Registry
	name     string
	actions  string // what tokens are to allow

	mu       sync.Mutex
	accesses map[*host]*access
}

// failed names the repository in an error.
func (r *Repository) failed(err error) error {
	return fmt.Errorf("%s/%s: %w", r.registry.opts.Host, r.name, err)
}

// home returns a path of the repository's in the registry, such as "manifests/latest".
func (r *Repository) home(path string) *place {
	return &place{url: &url.URL{Host: r.registry.host, Path: "/v2/" + r.name + "/" + path}, home: true}
}

// read makes a request without a body at a place, by the client if that is the registry itself. It is
// sent at once, with the authorization that the last one needed, if any, and again if the host wants
// another. The answer is whatever came in the end, also a 401.
func (r *Repository) read(ctx context.Context, client http.RoundTripper, method string, at *place, header http.Header) (*http.Response, error) {
	return r.accessTo(at).authorized(ctx, func(used string) (*http.Response, error) {
		return r.registry.send(ctx, client, method, at, header, used)
	})
}

// refusal reads and closes an answer from a place that is no success. Its error names a place that is
// not the registry.
func (r *Repository) refusal(resp *http.Response, at *place) error {
	err := r.accessTo(at).refusal(resp)
	if at.home {
		return err
	}
	return fmt.Errorf("%s: %w", at.url.Host, err)
}

// send makes one request without a body.
func (r *Registry) send(
	ctx context.Context, client http.RoundTripper, method string, at *place, header http.Header, authorization string,
) (*http.Response, error) {
	req, err := r.request(ctx, method, at.url, header)
	if err != nil {
		return nil, err
	}
	if !at.home {
		client = r.clients.away
	}
	return r.sendRequest(client, req, at, authorization)
}

// sendRequest makes one request at a place, by a client that may go there.
func (r *Registry) sendRequest(client http.RoundTripper, req *http.Request, at *place, authorization string) (resp *http.Response, err error) {
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	if at.home {
		resp, err = r.scheme.send(client, req)
	} else {
		resp, err = client.RoundTrip(req)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", req.Method, at.url.Host, &networkError{err})
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
