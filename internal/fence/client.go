package fence

import (
	"fmt"
	"net/http"
)

// maxRedirects is how often one request is redirected at most.
const maxRedirects = 5

// KeepTLS refuses redirects from HTTPS to plain HTTP, and more than 5 redirects of a request. It is the CheckRedirect
// of an [http.Client].
func KeepTLS(req *http.Request, via []*http.Request) error {
	switch from := via[len(via)-1].URL; {
	case len(via) > maxRedirects:
		return fmt.Errorf("more than %d redirects", maxRedirects)
	case from.Scheme == "https" && req.URL.Scheme != "https":
		return fmt.Errorf("redirect from HTTPS to plain HTTP, at %s", req.URL.Host)
	}
	return nil
}

// Client returns a client for URLs that the user, or a party that the user trusts, has named. It follows redirects to
// where the fence admits.
func (f *Fence) Client(t *http.Transport) *http.Client {
	return &http.Client{Transport: &redirected{f.Home(t), f.Outside(t)}, CheckRedirect: KeepTLS}
}

type redirected struct {
	home    *Home
	outside *Outside
}

// RoundTrip implements [http.RoundTripper].
func (r *redirected) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Response != nil { // the redirect that the request follows
		return r.outside.RoundTrip(req)
	}
	return r.home.RoundTrip(req)
}

// CloseIdleConnections closes idle connections.
func (r *redirected) CloseIdleConnections() {
	r.home.CloseIdleConnections()
	r.outside.CloseIdleConnections()
}
