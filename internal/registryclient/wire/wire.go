// Package wire sends requests to a registry, and to where its answers lead, by connections that stay within the fence.
// It knows places and schemes, and nothing of logins.
package wire

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"ecrmirror/internal/fence"
	"ecrmirror/internal/registryclient/answer"
)

// AnswerTimeout is how long a registry may take to say whether it has a blob, or where it wants it, and its token
// server to give a token.
const AnswerTimeout = 30 * time.Second

// Options say how a registry is reached.
type Options struct {
	Host      string        // HOST or HOST:PORT, as image names say it
	Insecure  bool          // TLS need not be verified, and plain HTTP will do
	Network   fence.Network // how connections are made
	UserAgent string        // sent with every request
}

// A Wire leads to one registry. It is safe for concurrent use.
type Wire struct {
	Clients Clients
	opts    Options
	host    string // where requests go: Docker Hub's registry is not where its name says
	scheme  scheme
}

// New returns a wire. It makes no request. Its errors are about the certificates that the containers and
// docker tools keep for the host, in directories called certs.d.
func New(opts Options) (*Wire, error) {
	clients, err := newClients(opts)
	if err != nil {
		return nil, err
	}
	w := &Wire{Clients: clients, opts: opts, host: opts.Host, scheme: newScheme(opts.Insecure)}
	if opts.Host == "docker.io" {
		w.host = "registry-1.docker.io"
	}
	return w, nil
}

// Host returns HOST or HOST:PORT where requests go.
func (w *Wire) Host() string { return w.host }

// UserAgent returns what is sent as such with every request.
func (w *Wire) UserAgent() string { return w.opts.UserAgent }

// IsInsecure reports whether plain HTTP will do.
func (w *Wire) IsInsecure() bool { return w.opts.Insecure }

// Place returns the place of a path at the registry itself.
func (w *Wire) Place(path string) *Place {
	return &Place{URL: &url.URL{Host: w.host, Path: path}, Home: true}
}

// Close closes idle connections. The wire can be used on.
func (w *Wire) Close() { w.Clients.closeIdle() }

// Send makes one request without a body.
func (w *Wire) Send(
	ctx context.Context, client http.RoundTripper, method string, at *Place, header http.Header, authorization string,
) (*http.Response, error) {
	req, err := w.Request(ctx, method, at.URL, header)
	if err != nil {
		return nil, err
	}
	if !at.Home {
		client = w.Clients.Away
	}
	return w.SendRequest(client, req, at, authorization)
}

// SendRequest makes one request at a place, by a client that may go there.
func (w *Wire) SendRequest(
	client http.RoundTripper, req *http.Request, at *Place, authorization string,
) (resp *http.Response, err error) {
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	if at.Home {
		resp, err = w.scheme.send(client, req)
	} else {
		resp, err = client.RoundTrip(req)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", req.Method, at.URL.Host, answer.Network(err))
	}
	return resp, nil
}

// Request returns a request with the headers that all have.
func (w *Wire) Request(ctx context.Context, method string, at *url.URL, header http.Header) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, "", nil)
	if err != nil {
		return nil, err
	}
	req.URL, req.Host = at, at.Host
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("User-Agent", w.opts.UserAgent)
	// The bytes are wanted as they are, for they have a digest.
	req.Header.Set("Accept-Encoding", "identity")
	return req, nil
}
