package fence

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// A spy notes where connections would be made, and makes none.
type spy struct {
	mu   sync.Mutex
	seen []string
}

var errSpy = errors.New("admitted")

func (s *spy) dialer() *net.Dialer {
	return &net.Dialer{ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seen = append(s.seen, address)
		return errSpy
	}}
}

func (s *spy) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.seen
	s.seen = nil
	return seen
}

// request makes one, by GET, and reports why it failed.
func request(t *testing.T, by http.RoundTripper, to string) error {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, to, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := by.RoundTrip(req)
	if err == nil {
		resp.Body.Close()
	}
	return err
}

func TestWhatIsDialed(t *testing.T) {
	var s spy
	none := func(*http.Request) (*url.URL, error) { return nil, nil }
	f := New(Network{Dialer: s.dialer(), Proxy: none}, false)
	home, outside := f.Home(&http.Transport{}), f.Outside(&http.Transport{})
	for _, c := range []struct {
		by   http.RoundTripper
		to   string
		want string // dialed
	}{
		{home, "https://127.0.0.1/", "127.0.0.1:443"}, // the user has named it
		{home, "https://10.0.0.1:5000/", "10.0.0.1:5000"},
		{home, "https://169.254.169.254/", ""},
		{home, "https://[::ffff:a9fe:a9fe]:5000/", ""},
		{home, "https://2852039166/", ""},
		{home, "https://metadata.google.internal/", ""},
		{outside, "https://8.8.8.8/", "8.8.8.8:443"},
		{outside, "https://127.0.0.1/", ""},
		{outside, "https://10.0.0.1/", ""},
		{outside, "https://169.254.169.254/", ""},
		{outside, "https://localhost/", ""},
	} {
		err := request(t, c.by, c.to)
		var place *PlaceError
		if got := strings.Join(s.take(), " "); got != c.want || errors.As(err, &place) != (c.want == "") {
			t.Errorf("%s: dialed %q, want %q: %v", c.to, got, c.want, err)
		}
	}
}

// Behind a proxy there is no address to judge, and the proxy's own must not be.
func TestBehindAProxyNamesAreJudged(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.Host)
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer proxy.Close()
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	both := []bool{true, true}
	neither := []bool{false, false}
	led := []bool{true, false}
	for _, insecure := range []bool{false, true} {
		f := New(Network{Proxy: http.ProxyURL(at)}, insecure)
		home, outside := f.Home(&http.Transport{}), f.Outside(&http.Transport{})
		defer home.CloseIdleConnections()
		defer outside.CloseIdleConnections()
		for host, want := range map[string][]bool{ // at home, elsewhere
			"cdn.example": both, "localhost": led, "10.0.0.1": led, "[fd00::1]": led, "host.docker.internal": led,
			"169.254.169.254": neither, "2852039166": neither, "127.1": neither, "metadata.goog": neither,
			"instance-data.ec2.internal": neither, "[fd00:ec2::254]": neither, "[fe80::a9fe:a9fe%25eth0]": neither,
		} {
			for i, by := range []http.RoundTripper{home, outside} {
				admitted := want[i] || insecure && want[0]
				for _, scheme := range []string{"http://", "https://"} {
					err := request(t, by, scheme+host+"/x")
					mu.Lock()
					asked := len(seen) > 0
					seen = nil
					mu.Unlock()
					var place *PlaceError
					if asked != admitted || errors.As(err, &place) == admitted {
						t.Errorf("%s%s, led there: %v, insecure: %v: the proxy was asked: %v, %v", scheme, host, i == 1,
							insecure, asked, err)
					}
				}
			}
		}
	}
}

// A proxy of the environment may be anywhere, but where metadata is.
func TestProxyIsNoMetadata(t *testing.T) {
	for proxy, want := range map[string][]string{
		"10.0.0.1:3128":  {"10.0.0.1:3128"},
		"127.0.0.1:3128": {"127.0.0.1:3128"}, "169.254.169.254:80": nil,
	} {
		var s spy
		f := New(Network{Dialer: s.dialer(), Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: proxy})}, false)
		for _, by := range []http.RoundTripper{f.Home(&http.Transport{}), f.Outside(&http.Transport{})} {
			if err := request(t, by, "https://cdn.example/"); err == nil {
				t.Error("no error")
			}
			if got := s.take(); !slices.Equal(got, want) {
				t.Errorf("%s: dialed %q", proxy, got)
			}
		}
	}
}

// A request that is not made has its body closed, as one that is.
func TestRefusedRequestsBodyIsClosed(t *testing.T) {
	f := New(Network{}, false)
	for _, by := range []http.RoundTripper{f.Home(&http.Transport{}), f.Outside(&http.Transport{})} {
		body := &closing{Reader: strings.NewReader("x")}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "https://169.254.169.254/", body)
		if err != nil {
			t.Fatal(err)
		}
		if resp, err := by.RoundTrip(req); err == nil || !body.closed {
			t.Errorf("%v, closed: %v", err, body.closed)
			if resp != nil {
				resp.Body.Close()
			}
		}
	}
}

type closing struct {
	*strings.Reader
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }
