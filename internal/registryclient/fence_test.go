package registryclient

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/fence"
	"ecrmirror/internal/transient"
	"ecrmirror/testkit/lent"
	"ecrmirror/testkit/nameserver"
)

// elsewhere is a connection that claims to be to an address.
type elsewhere struct {
	net.Conn
	addr netip.AddrPort
}

func (c elsewhere) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.addr) }

// at returns the registry example.com, by TLS that is verified, as if it were at an address. Names that
// end in .rebound are, as far as its answers may lead, 127.0.0.1.
func at(
	t *testing.T, addr string, login func(context.Context, string) (Login, error), answer http.HandlerFunc,
) *Registry {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Test-Path", r.URL.Path)
		answer(w, r)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	r, err := New(Options{
		Host: "example.com", Network: fence.Network{Dialer: &net.Dialer{Resolver: nameserver.Resolver(rebound)}},
		Budget: chunked.NewBudget(1 << 20), Backoff: time.Minute, // none is wanted
		Login: login,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range []*fence.Home{r.session.Clients.API, r.session.Clients.Ranges, r.session.Clients.Uploads} {
		h.TLSClientConfig.RootCAs = server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
		h.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, "tcp", server.Listener.Addr().String())
			return elsewhere{conn, netip.MustParseAddrPort(addr)}, err
		}
	}
	for _, o := range []*fence.Outside{
		r.session.Clients.Away, r.session.Clients.UploadsAway,
		r.session.Clients.Tokens,
	} {
		o.Direct.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
	}
	t.Cleanup(r.Close)
	return r
}

// rebound is what every name leads to.
func rebound(string) netip.Addr { return netip.MustParseAddr("127.0.0.1") }

// local is a server on this machine that wants to be left alone.
func local(t *testing.T) (port string, asked *atomic.Int32) {
	asked = new(atomic.Int32)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write([]byte(`{"token":"x"}`))
	}))
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port, asked
}

// ways are all in which a registry's answer makes a client ask somebody else.
var ways = map[string]struct {
	answer func(w http.ResponseWriter, to string)
	use    func(ctx context.Context, r *Registry) error
}{
	"blob": {sendTo, func(ctx context.Context, r *Registry) error {
		body, _, err := r.Repository("a").Blob(ctx, digest.FromString("x"), 1)
		if err == nil {
			_, err = io.ReadAll(body)
			body.Close()
		}
		return err
	}},
	"blob of unknown size": {sendTo, func(ctx context.Context, r *Registry) error {
		_, _, err := r.Repository("a").Blob(ctx, digest.FromString("x"), -1)
		return err
	}},
	"manifest": {sendTo, func(ctx context.Context, r *Registry) error {
		_, _, err := r.Repository("a").Manifest(ctx, "1")
		return err
	}},
	"digest": {sendTo, func(ctx context.Context, r *Registry) error {
		_, err := r.Repository("a").Digest(ctx, "1")
		return err
	}},
	"has": {sendTo, func(ctx context.Context, r *Registry) error {
		_, _, err := r.WritableRepository("a").HasBlob(ctx, digest.FromString("x"))
		return err
	}},
	"upload": {
		func(w http.ResponseWriter, to string) {
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusAccepted)
		},
		func(ctx context.Context, r *Registry) error {
			return r.WritableRepository("a").PutBlob(ctx, lent.By(strings.NewReader("x")), digest.FromString("x"), 1)
		},
	},
	"token": {
		func(w http.ResponseWriter, to string) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="`+to+`"`)
			w.WriteHeader(http.StatusUnauthorized)
		},
		func(ctx context.Context, r *Registry) error {
			_, err := r.Repository("a").Digest(ctx, "1")
			return err
		},
	},
	"token by way of the registry": {
		func(w http.ResponseWriter, to string) {
			if w.Header().Get("Test-Path") == "/token" {
				sendTo(w, to)
				return
			}
			w.Header().Set("WWW-Authenticate", `Bearer realm="https://example.com/token"`)
			w.WriteHeader(http.StatusUnauthorized)
		},
		func(ctx context.Context, r *Registry) error {
			// A login is not redirected at all; see loginFor.
			_, err := r.Repository("a").Digest(ctx, "1")
			return err
		},
	},
}

// loginFor returns who goes a way: a robot, or nobody where a login would end it.
func loginFor(way string) func(context.Context, string) (Login, error) {
	if way == "token by way of the registry" {
		return nil
	}
	return func(context.Context, string) (Login, error) {
		return Login{DockerAuthConfig: types.DockerAuthConfig{Username: "robot", Password: "s3cret"}}, nil
	}
}

func sendTo(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusTemporaryRedirect)
}

func TestNoAnswerLeadsToWhatOnlyWeCanReach(t *testing.T) {
	port, asked := local(t)
	for name, way := range ways {
		for _, host := range []string{
			"169.254.169.254", "[fd00:ec2::254]", "169.254.170.2", "169.254.170.23", "metadata.google.internal",
			"[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "169.254.1.1", "[fe80::1]",
			"127.0.0.1", "127.9.9.9", "[::1]", "[::ffff:127.0.0.1]", "[::]", "0.0.0.0", "localhost", "x.LOCALHOST.",
			"2130706433", "127.1", "0x7f.1", "0x7f000001", "127.0.0.0x1", "cdn.rebound", "10.0.0.1",
			"[fd00::1]", "100.64.0.1",
		} {
			r := at(t, "192.0.32.8:443", loginFor(name), func(w http.ResponseWriter, _ *http.Request) {
				way.answer(w, "https://"+host+":"+port+"/x?signature=SECRET")
			})
			err := way.use(t.Context(), r)
			switch {
			case err == nil, transient.Is(err), strings.Contains(err.Error(), "SECRET"):
				t.Errorf("%s to %s: %v", name, host, err)
			case !strings.Contains(err.Error(), "refused: "):
				t.Errorf("%s to %s: %v", name, host, err)
			}
		}
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("%d requests came through", n)
	}
}

// What a registry may lead to goes by where it is itself, and never by what it says.
func TestRegistriesLeadWhereTheyAre(t *testing.T) {
	port, asked := local(t)
	for _, c := range []struct {
		from, host string
		reached    bool
	}{
		{"192.0.32.8:443", "127.0.0.1", false},
		{"10.0.0.1:443", "127.0.0.1", false},
		{"169.254.1.1:443", "127.0.0.1", false},
		{"127.0.0.1:443", "127.0.0.1", true},
		{"[::1]:443", "cdn.rebound", true},
	} {
		for name, way := range ways {
			asked.Store(0)
			r := at(t, c.from, loginFor(name), func(w http.ResponseWriter, _ *http.Request) {
				way.answer(w, "https://"+c.host+":"+port+"/x")
			})
			if err := way.use(t.Context(), r); (asked.Load() > 0) != c.reached {
				t.Errorf("%s from %s to %s: reached %v: %v", name, c.from, c.host, !c.reached, err)
			}
		}
	}
}

func TestCloudCredentialsAreForNobody(t *testing.T) {
	for _, host := range []string{"169.254.169.254", "169.254.170.2", "[fd00:ec2::254]:443"} {
		r, err := New(Options{Host: host, Insecure: true, Budget: chunked.NewBudget(1), Backoff: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Repository("latest").Digest(t.Context(), "meta-data")
		var place *fence.PlaceError
		if !errors.As(err, &place) || transient.Is(err) {
			t.Errorf("%s: %v", host, err)
		}
	}
}
