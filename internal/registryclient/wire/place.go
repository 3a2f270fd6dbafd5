package wire

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"ecrmirror/internal/registryclient/answer"
)

// MaxHops is how often one request is redirected at most.
const MaxHops = 5

// A Place is where something of a repository is.
type Place struct {
	URL *url.URL // without a scheme at home
	// Home means the registry itself, at its own scheme, host and port, which gets credentials. No
	// way leads back home from another place.
	Home bool
}

// Root returns the place of the API that it belongs to.
func (p *Place) Root() *Place {
	return &Place{URL: &url.URL{Scheme: p.URL.Scheme, Host: p.URL.Host, Path: "/v2/"}, Home: p.Home}
}

// IsSuccess reports whether an answer is one of success, 2xx.
func IsSuccess(resp *http.Response) bool { return resp.StatusCode >= 200 && resp.StatusCode <= 299 }

// IsRedirect reports whether an answer says where else to ask.
func IsRedirect(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// Follow closes an answer that is a redirect from a place, after so many others, and returns where
// to. The errors do not quote the URL, which may be signed.
func (w *Wire) Follow(from *Place, resp *http.Response, hops int) (*Place, error) {
	answer.Discard(resp)
	var to *Place
	err := fmt.Errorf("more than %d", MaxHops)
	if hops < MaxHops {
		to, err = w.Locate(from, resp.Header.Get("Location"))
	}
	if err != nil {
		return nil, fmt.Errorf("redirects of %s: %w", from.URL.Host, err)
	}
	return to, nil
}

// Locate returns the place that an answer's Location means at the place that it is from.
func (w *Wire) Locate(from *Place, location string) (*Place, error) {
	base := *from.URL
	if from.Home {
		base.Scheme = w.scheme.String()
	}
	to, err := base.Parse(location)
	switch {
	case location == "":
		err = errors.New("to nowhere")
	case err != nil:
		err = errors.New("to what is not a URL")
	case to.Scheme != "https" && to.Scheme != "http" || to.Host == "":
		err = errors.New("to what is not an HTTP URL")
	case !IsPlain(to.Host):
		err = errors.New("to what is not a host")
	case to.Scheme == "http" && base.Scheme == "https" && !w.opts.Insecure:
		err = fmt.Errorf("from HTTPS to plain HTTP, at %s", to.Host)
	}
	if err != nil {
		return nil, err
	}
	to.Fragment, to.User = "", nil
	if from.Home && Origin(to) == Origin(&base) {
		to.Scheme, to.Host = "", base.Host
		return &Place{URL: to, Home: true}, nil
	}
	return &Place{URL: to}, nil
}

// longestHost is how long HOST:PORT may be: 253 characters of a name, and a port.
const longestHost = 259

// IsPlain reports whether HOST or HOST:PORT can be told in an error as it is: a name or an address,
// without a zone. Names in other scripts come in ASCII.
func IsPlain(host string) bool {
	name, _, noPort := net.SplitHostPort(host)
	if noPort != nil {
		name = host
		if inner, ok := strings.CutPrefix(host, "["); ok {
			name = strings.TrimSuffix(inner, "]")
		}
	}
	if addr, err := netip.ParseAddr(name); err == nil && addr.Is6() {
		return strings.HasPrefix(host, "[") && (noPort == nil || strings.HasSuffix(host, "]")) && addr.Zone() == ""
	}
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-._", r)
	}
	return name != "" && len(host) <= longestHost && !strings.HasPrefix(host, "[") && !strings.ContainsFunc(name, odd)
}

// Origin returns what must be the same for credentials to be sent.
func Origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}
