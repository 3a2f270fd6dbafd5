package fence

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"sync/atomic"
	"syscall"
	"time"
)

// A Network says how connections are made. The zero value is the machine's network, with the proxies of the
// environment.
type Network struct {
	// Dialer makes connections; nil means one that takes 10 seconds at most. Its ControlContext is asked
	// after the fence, for addresses that this admits; its Control is not.
	Dialer *net.Dialer
	// Proxy returns the proxy for a request, or nil. Nil means [http.ProxyFromEnvironment].
	Proxy func(*http.Request) (*url.URL, error)
}

func (n Network) proxy() func(*http.Request) (*url.URL, error) {
	if n.Proxy == nil {
		return http.ProxyFromEnvironment
	}
	return n.Proxy
}

// dial returns what dials, and checks addresses as it dials them. Its errors tell where a name led that
// was refused.
func (n Network) dial(check func(address string) error) func(ctx context.Context,
	network, addr string) (net.Conn, error) {
	d := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	if n.Dialer != nil {
		d = n.Dialer
	}
	copied := *d
	copied.ControlContext = func(ctx context.Context, network, address string, conn syscall.RawConn) error {
		if err := check(address); err != nil || d.ControlContext == nil {
			return err
		}
		return d.ControlContext(ctx, network, address, conn)
	}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := copied.DialContext(ctx, network, addr)
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

// An Outside sends requests to hosts that the answers of a registry, or an image, name. It refuses with a
// *[PlaceError] what the fence does not admit.
type Outside struct {
	Direct  *http.Transport // for hosts without a proxy
	Proxied *http.Transport // for the others; the proxy itself may be anywhere but where metadata is
	fence   *Fence
}

// Outside returns a round tripper for requests to hosts that the registry's answers name. It uses copies of t.
func (f *Fence) Outside(t *http.Transport) *Outside {
	direct, proxied := t.Clone(), t.Clone()
	direct.Proxy, direct.DialContext = nil, f.network.dial(f.checkAddr)
	proxied.Proxy, proxied.DialContext = f.network.proxy(), f.network.dial(f.named().checkAddr)
	return &Outside{Direct: direct, Proxied: proxied, fence: f}
}

// RoundTrip implements [http.RoundTripper].
func (o *Outside) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := o.fence.CheckHost(req.URL.Hostname()); err != nil {
		return refuse(req, err)
	}
	if proxy, err := o.Proxied.Proxy(req); err != nil || proxy != nil {
		return o.Proxied.RoundTrip(req)
	}
	return o.Direct.RoundTrip(req)
}

// CloseIdleConnections closes idle connections.
func (o *Outside) CloseIdleConnections() {
	o.Direct.CloseIdleConnections()
	o.Proxied.CloseIdleConnections()
}

// A Home sends requests to hosts that the user, or a party that the user trusts, has named, and notes which zone the
// answers come from.
type Home struct {
	*http.Transport
	fence *Fence
}

// Home returns a round tripper for requests to the registry itself. It uses a copy of t.
func (f *Fence) Home(t *http.Transport) *Home {
	t = t.Clone()
	t.Proxy, t.DialContext = f.network.proxy(), f.network.dial(f.named().checkAddr)
	return &Home{t, f}
}

// RoundTrip implements [http.RoundTripper].
func (h *Home) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := h.fence.named().CheckHost(req.URL.Hostname()); err != nil {
		return refuse(req, err)
	}
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

// refuse ends a request that is not made, as [http.RoundTripper] wants it.
func refuse(req *http.Request, err error) (*http.Response, error) {
	if req.Body != nil {
		_ = req.Body.Close() // nothing was read
	}
	return nil, err
}
