package session

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"ecrmirror/internal/registryclient/auth"
	"ecrmirror/internal/registryclient/wire"
)

// A Repository is one that requests are made for. It is safe for concurrent use.
type Repository struct {
	*Registry
	scope auth.Scope

	mu       sync.Mutex
	accesses map[*auth.Host]*auth.Access
}

// Failed names the repository in an error.
func (r *Repository) Failed(err error) error {
	return fmt.Errorf("%s/%s: %w", r.Name(), r.scope.Name, err)
}

// Home returns the place of a path below the repository at its own registry, such as "manifests/latest".
func (r *Repository) Home(path string) *wire.Place {
	return r.Place("/v2/" + r.scope.Name + "/" + path)
}

// Extension returns a path of an extension of the protocol for the repository, such as "signatures/DIGEST".
func (r *Repository) Extension(path string) *wire.Place {
	return r.Place("/extensions/v2/" + r.scope.Name + "/" + path)
}

// AccessTo returns how the repository is reached at a place.
func (r *Repository) AccessTo(at *wire.Place) *auth.Access {
	h := r.hostOf(at)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.accesses[h] == nil {
		if len(r.accesses) >= MaxHosts {
			clear(r.accesses)
		}
		r.accesses[h] = r.auth.Access(r.scope, h, at.Root())
	}
	return r.accesses[h]
}

// Do makes a request without a body at a place, by the client if that is the registry itself. It is
// sent at once, with the authorization that the last one needed, if any, and again if the host wants
// another. The answer is whatever came in the end, also a 401.
func (r *Repository) Do(
	ctx context.Context, client http.RoundTripper, method string, at *wire.Place, header http.Header,
) (*http.Response, error) {
	return r.AccessTo(at).Do(ctx, func(used string) (*http.Response, error) {
		return r.Send(ctx, client, method, at, header, used)
	})
}

// DoThrough is Do, and follows where it is sent. It returns where the answer is from.
func (r *Repository) DoThrough(
	ctx context.Context, client http.RoundTripper, method string, at *wire.Place, header http.Header,
) (*http.Response, *wire.Place, error) {
	for hops := 0; ; hops++ {
		resp, err := r.Do(ctx, client, method, at, header)
		if err != nil || !wire.IsRedirect(resp) {
			return resp, at, err
		}
		if at, err = r.Follow(at, resp, hops); err != nil {
			return nil, nil, err
		}
	}
}

// Refusal reads and closes an answer from a place that is no success. Its error names a place that is
// not the registry.
func (r *Repository) Refusal(resp *http.Response, at *wire.Place) error {
	err := r.AccessTo(at).Refusal(resp)
	if at.Home {
		return err
	}
	return fmt.Errorf("%s: %w", at.URL.Host, err)
}
