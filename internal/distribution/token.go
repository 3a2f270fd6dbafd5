package distribution

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"go.podman.io/image/v5/types"
)

// shortestToken is how long a token is good for where its server does not say, or says less.
const shortestToken = 60 * time.Second

// exchange gets a token for the scopes from the server that the challenge names, for the login, or
// for anyone if that is the zero login.
func (r *Registry) exchange(
	ctx context.Context, wanted *challenge, login types.DockerAuthConfig, scopes []string,
) (authorization, error) {
	realm, err := url.Parse(wanted.Parameters["realm"])
	if err != nil || !isPlain(realm.Host) {
		return authorization{}, fmt.Errorf("%s wants a token, and from whom is not a URL", r.host)
	}
	trusted, err := r.tokenPlace(realm)
	if err != nil {
		return authorization{}, fmt.Errorf("token server of %s: %w", r.host, err)
	}
	who := authn.Anonymous
	if login != (types.DockerAuthConfig{}) {
		who = authn.FromConfig(authn.AuthConfig{
			Username: login.Username, Password: login.Password, IdentityToken: login.IdentityToken,
		})
	}
	counted := &tokenTransport{registry: r}
	began := time.Now()
	token, err := transport.Exchange(ctx, trusted, who, counted, scopes, &transport.Challenge{
		Scheme: wanted.Scheme, Parameters: wanted.Parameters, Insecure: r.opts.Insecure,
	})
	if err != nil {
		return authorization{}, fmt.Errorf("token for %s from %s: %w", r.host, realm.Host, tokenError(err, counted.used))
	}
	value := token.Token
	if value == "" {
		value = token.AccessToken
	}
	good := max(time.Duration(token.ExpiresIn)*time.Second, shortestToken)
	// A little earlier, so that it does not expire on the way.
	expires := began.Add(good - good/20)
	return authorization{header: "Bearer " + value, expires: expires, renew: expires.Add(-min(time.Minute, good/2))}, nil
}

// tokenPlace returns the host that a token server may be at whatever its address. The library
// refuses private addresses but the registry's own, which a stranger may name to reach what only we
// can reach. A registry that has a bare address, or that the user trusts without TLS, is in
// such a network itself.
func (r *Registry) tokenPlace(realm *url.URL) (name.Registry, error) {
	host, _, err := net.SplitHostPort(r.host)
	if err != nil {
		host = r.host
	}
	trusted := r.host
	if r.opts.Insecure || net.ParseIP(host) != nil {
		trusted = realm.Host
	}
	return name.NewRegistry(trusted)
}

// tokenError makes an error of ours from one of the library's, which may quote what the server
// sent.
func tokenError(err error, asked bool) error {
	var refused *transport.Error
	var sent *url.Error
	var led *tokenRedirectError
	switch {
	case errors.As(err, &refused):
		e := &StatusError{Status: refused.StatusCode}
		if len(refused.Errors) > 0 {
			e.Code, e.Message = printable(string(refused.Errors[0].Code)), printable(refused.Errors[0].Message)
		}
		return e
	case errors.As(err, &led):
		return led
	case errors.As(err, &sent):
		return &networkError{sent.Err}
	case asked && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded):
		return errors.New("the answer holds no token")
	case !asked: // it is about the challenge, and quotes it
		return errors.New(printable(err.Error()))
	}
	return err
}

// tokenTransport makes the requests for one token.
type tokenTransport struct {
	registry *Registry
	used     bool
}

// RoundTrip implements [http.RoundTripper].
func (t *tokenTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	t.used = true
	req = req.Clone(req.Context())
	req.Header.Set("User-Agent", t.registry.opts.UserAgent)
	var client http.RoundTripper = t.registry.clients.tokens
	if req.URL.Host == t.registry.host {
		client = t.registry.clients.api
	}
	resp, err := client.RoundTrip(req)
	if err != nil || !isRedirect(resp) {
		return resp, err
	}
	to, err := req.URL.Parse(resp.Header.Get("Location"))
	if err == nil && origin(to) == origin(req.URL) {
		return resp, nil
	}
	discard(resp)
	return nil, &tokenRedirectError{from: req.URL.Host}
}

// A tokenRedirectError says that a token server sends to another. A login is in the request's body or
// header, and is nobody else's business.
type tokenRedirectError struct{ from string }

func (e *tokenRedirectError) Error() string {
	return fmt.Sprintf("%s redirects to another server, which gets no login", e.from)
}
