package wire

import (
	"context"
	"errors"
	"net"
	"net/url"
	"testing"

	"ecrmirror/internal/fence"
)

// secure returns a wire to a registry that nobody reaches; it notes where somebody would be asked.
func secure(tb testing.TB, dialed *[]string) *Wire {
	tb.Helper()
	w, err := New(Options{Host: "registry.example"})
	if err != nil {
		tb.Fatal(err)
	}
	refuse := func(_ context.Context, _, addr string) (net.Conn, error) {
		*dialed = append(*dialed, addr)
		return nil, errors.New("nobody is there")
	}
	for _, o := range []*fence.Outside{w.Clients.Away, w.Clients.UploadsAway, w.Clients.Tokens} {
		o.Direct.DialContext, o.Proxied.DialContext = refuse, refuse
	}
	for _, h := range []*fence.Home{w.Clients.API, w.Clients.Ranges, w.Clients.Uploads} {
		h.DialContext = refuse
	}
	return w
}

// FuzzLocation holds where answers lead against what credentials and TLS are worth.
func FuzzLocation(f *testing.F) {
	for _, from := range []string{"", "https://cdn.example/x?sig=1", "http://cdn.example:80/"} {
		for _, to := range []string{
			"/x", "https://registry.example/y", "https://registry.example:443/y",
			"//REGISTRY.example/z", "http://registry.example/", "https://u:p@cdn.example/#f", "file:///x", "https:///x",
			"\x00", "?x", "https://[::1%25]/", "https://[fe80::1%25%1b[2J]/", "https://\u009b2J.example/",
		} {
			f.Add(from, to)
		}
	}
	var dialed []string
	w := secure(f, &dialed)
	f.Fuzz(func(t *testing.T, from, location string) {
		at := w.Place("/v2/a/blobs/x")
		if from != "" {
			u, err := url.Parse(from)
			if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
				return
			}
			at = &Place{URL: u}
		}
		to, err := w.Locate(at, location)
		switch {
		case err != nil:
			return
		case to.Home && (!at.Home || to.URL.Host != "registry.example"):
			t.Errorf("%q leads home from %q, to %s", location, from, to.URL)
		case !to.Home && to.URL.Scheme != "https" && (at.Home || at.URL.Scheme == "https"):
			t.Errorf("%q leads from HTTPS to %s", location, to.URL)
		case !IsPlain(to.URL.Host), to.URL.User != nil, to.URL.Fragment != "", !to.Home && to.URL.Scheme != "https" &&
			to.URL.Scheme != "http":
			t.Errorf("%q leads to %s", location, to.URL)
		}
	})
}
