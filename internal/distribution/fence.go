package distribution

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"sync/atomic"
	"syscall"
	"time"
)

// A PlaceError says that an answer leads where no registry has any business to send us: to an address
// that we can reach and whoever runs the registry can not. Asking again won't cure it.
type PlaceError struct {
	Host string // that was to be asked
	zone zone
}

func (e *PlaceError) Error() string {
	s := fmt.Sprintf("refused: %s is %s", e.Host, e.zone)
	if e.zone == public {
		s = fmt.Sprintf("refused: %q is neither a name nor an address", e.Host)
	}
	if e.zone != metadata && e.zone != public {
		s += ", where only a registry that is there itself, or that is named insecure, may lead"
	}
	return s
}

// A fence holds what a registry's answers ask for - redirects, uploads elsewhere, token servers, foreign
// layers - away from addresses that only we can reach. Addresses count as they are dialed, not as they
// were once resolved. A registry is in the zone that it answers from, by a connection that was
// verified:
//
//   - Where credentials of clouds are, nothing is asked, whoever says so.
//   - This machine and its link are for registries that are there, or that the user trusts without TLS.
//   - A private network is for those, and for registries in one. Names count as public there:
//     in a VPC with endpoints, object stores have private addresses by their public names.
type fence struct {
	insecure bool
	zone     atomic.Int32 // that the registry itself answers from
}

func (f *fence) admits(z zone, literal bool) bool {
	own := zone(f.zone.Load())
	switch {
	case z == metadata:
		return false
	case z == public, f.insecure, z == private && !literal:
		return true
	}
	return own >= z
}

// checkHost judges a host as its name is written.
func (f *fence) checkHost(host string) error {
	z, literal, ok := zoneOfHost(host)
	if !ok {
		return &PlaceError{Host: host}
	}
	if !f.admits(z, literal) {
		return &PlaceError{Host: host, zone: z}
	}
	return nil
}

// checkAddr judges an address that a name has turned out to mean.
func (f *fence) checkAddr(address string) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if z := zoneOf(to.Addr()); !f.admits(z, false) {
		return &PlaceError{Host: to.Addr().String(), zone: z}
	}
	return nil
}

// newDialer returns a dialer that checks the addresses that it dials.
func newDialer(check func(address string) error) *net.Dialer {
	return &net.Dialer{
		Timeout: 10 * time.Second, KeepAlive: 30 * time.Second,
		Control: func(_, address string, _ syscall.RawConn) error { return check(address) },
	}
}

// dialThrough returns the dialer's DialContext, whose errors tell where a name led that was refused.
func dialThrough(d *net.Dialer) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := d.DialContext(ctx, network, addr)
		var place *PlaceError
		if errors.As(err, &place) {
			named := *place
			if host, _, cut := net.SplitHostPort(addr); cut == nil && host != place.Host {
				named.Host = host + " (" + place.Host + ")"
			}
			return nil, &named
		}
		return conn, err
	}
}

// notMetadata is for addresses that the user named, and for those of proxies.
func notMetadata(address string) error { return (&fence{insecure: true}).checkAddr(address) }

// outside makes requests to hosts that a registry named. Where a proxy resolves their names, the names
// are all that there is to judge.
type outside struct {
	direct, proxied *http.Transport
	proxy           func(*http.Request) (*url.URL, error)
	fence           *fence
}

func newOutside(t *http.Transport, f *fence) *outside {
	direct := t.Clone()
	direct.Proxy, direct.DialContext = nil, dialThrough(newDialer(f.checkAddr))
	return &outside{direct: direct, proxied: t, proxy: t.Proxy, fence: f}
}

// RoundTrip implements [http.RoundTripper].
func (o *outside) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := o.fence.checkHost(req.URL.Hostname()); err != nil {
		return nil, err
	}
	if proxy, err := o.proxy(req); err != nil || proxy != nil {
		return o.proxied.RoundTrip(req)
	}
	return o.direct.RoundTrip(req)
}

func (o *outside) closeIdle() {
	o.direct.CloseIdleConnections()
	o.proxied.CloseIdleConnections()
}

// home makes requests to the registry itself, and notes which zone answers come from.
type home struct {
	*http.Transport
	fence *fence
}

// RoundTrip implements [http.RoundTripper].
func (h *home) RoundTrip(req *http.Request) (*http.Response, error) {
	if h.fence.insecure {
		return h.Transport.RoundTrip(req) // all that it may do it may anyway
	}
	if proxy, err := h.Proxy(req); err != nil || proxy != nil {
		return h.Transport.RoundTrip(req)
	}
	var from atomic.Int32
	ctx := httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) {
		if addr, err := netip.ParseAddrPort(c.Conn.RemoteAddr().String()); err == nil {
			from.Store(int32(zoneOf(addr.Addr())))
		}
	}})
	resp, err := h.Transport.RoundTrip(req.WithContext(ctx))
	if err == nil {
		h.fence.zone.Store(from.Load())
	}
	return resp, err
}

func (h *home) closeIdle() { h.CloseIdleConnections() }
