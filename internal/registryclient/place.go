package registryclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// maxHops is how often one request is redirected at most.
const maxHops = 5

// A place is where something of a repository is.
type place struct {
	url *url.URL // without a scheme at home
	// home means the registry itself, at its own scheme, host and port, which gets credentials. No
	// way leads back home from another place.
	home bool
}

// root returns the place of the API that it belongs to.
func (p *place) root() *place {
	return &place{url: &url.URL{Scheme: p.url.Scheme, Host: p.url.Host, Path: "/v2/"}, home: p.home}
}

// readThrough makes a request, by the client if that is to the registry itself, and follows where it is
// sent. It returns where the answer is from.
func (r *Repository) readThrough(ctx context.Context, client http.RoundTripper, method string, at *place, header http.Header) (*http.Response, *place, error) {
	for hops := 0; ; hops++ {
		resp, err := r.read(ctx, client, method, at, header)
		if err != nil || !isRedirect(resp) {
			return resp, at, err
		}
		if at, err = r.follow(at, resp, hops); err != nil {
			return nil, nil, err
		}
	}
}

func isRedirect(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// follow closes an answer that is a redirect from a place, after so many others, and returns where
// to. The errors do not quote the URL, which may be signed.
func (r *Repository) follow(from *place, resp *http.Response, hops int) (*place, error) {
	discard(resp)
	var to *place
	err := fmt.Errorf("more than %d", maxHops)
	if hops < maxHops {
		to, err = r.locate(from, resp.Header.Get("Location"))
	}
	if err != nil {
		return nil, fmt.Errorf("redirects of %s: %w", from.url.Host, err)
	}
	return to, nil
}

// locate returns the place that an answer's Location means at the place that it is from.
func (r *Repository) locate(from *place, location string) (*place, error) {
	base := *from.url
	if from.home {
		base.Scheme = r.registry.scheme.String()
	}
	to, err := base.Parse(location)
	switch {
	case location == "":
		err = errors.New("to nowhere")
	case err != nil:
		err = errors.New("to what is not a URL")
	case to.Scheme != "https" && to.Scheme != "http" || to.Host == "":
		err = errors.New("to what is not an HTTP URL")
	case !isPlain(to.Host):
		err = errors.New("to what is not a host")
	case to.Scheme == "http" && base.Scheme == "https" && !r.registry.opts.Insecure:
		err = fmt.Errorf("from HTTPS to plain HTTP, at %s", to.Host)
	}
	if err != nil {
		return nil, err
	}
	to.Fragment, to.User = "", nil
	if from.home && origin(to) == origin(&base) {
		to.Scheme, to.Host = "", base.Host
		return &place{url: to, home: true}, nil
	}
	return &place{url: to}, nil
}

// longestHost is how long HOST:PORT may be: 253 characters of a name, and a port.
const longestHost = 259

// isPlain reports whether HOST or HOST:PORT can be told in an error as it is: a name or an address,
// without a zone. Names in other scripts come in ASCII.
func isPlain(host string) bool {
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

// origin returns what must be the same for credentials to be sent.
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}
