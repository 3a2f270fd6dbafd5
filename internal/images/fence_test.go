package images_test

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/ecr"
	"ecrmirror/internal/fence"
	"ecrmirror/internal/images"
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/testkit/nameserver"
)

const (
	hostile   = "registry.example.com" // which a certificate of httptest's is for
	imageType = "application/vnd.oci.image.manifest.v1+json"
	anImage   = `{"schemaVersion":2,"mediaType":"` + imageType +
		`","config":{"mediaType":"application/vnd.oci.image.config.v1+json",` +
		`"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[]}`
)

// A network has one registry, which is public, and hostile: its answers lead to where it is told. Whatever
// else is connected to is noted, and nobody is there.
type network struct {
	proxied bool   // all is asked through a proxy, and not the registry alone
	to      string // where answers lead, a URL
	lead    func(w http.ResponseWriter, r *http.Request, to string) bool

	proxy *url.URL
	tls   *httptest.Server

	mu     sync.Mutex
	asked  []string // connections that were to be made, by address or, at the proxy, by name
	tunnel sync.WaitGroup
}

func newNetwork(t *testing.T) *network {
	n := &network{}
	n.tls = httptest.NewUnstartedServer(http.HandlerFunc(n.answer))
	n.tls.Config.ErrorLog = log.New(io.Discard, "", 0)
	n.tls.StartTLS()
	t.Cleanup(n.tls.Close)
	proxy := httptest.NewServer(http.HandlerFunc(n.connect))
	t.Cleanup(func() { proxy.CloseClientConnections(); n.tunnel.Wait(); proxy.Close() })
	var err error
	if n.proxy, err = url.Parse(proxy.URL); err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	dir := filepath.Join(home, ".config/containers/certs.d", hostile)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: n.tls.Certificate().Raw})
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "ca.crt"), ca, 0o600)); err != nil {
		t.Fatal(err)
	}
	return n
}

// answer is the registry's: an image, wherever it does not lead elsewhere.
func (n *network) answer(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/v2/" || n.lead(w, r, n.to):
	case r.URL.Path == "/v2/app/manifests/"+digest.FromString(anImage).String():
		w.Header().Set("Content-Type", imageType)
		_, _ = io.WriteString(w, anImage)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// connect is the proxy's: there is the registry, and instead of all else what does not speak TLS.
func (n *network) connect(w http.ResponseWriter, r *http.Request) {
	to := n.tls.Listener.Addr().String()
	switch {
	case r.Method != http.MethodConnect:
		n.note(r.Host)
		w.WriteHeader(http.StatusForbidden)
		return
	case r.Host != hostile+":443":
		n.note(r.Host)
		to = ""
	}
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	if to == "" {
		_, _ = io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
		_, _ = buffered.Read(make([]byte, 16<<10)) // the ClientHello
		_, _ = io.WriteString(client, "HTTP/1.1 400 Bad Request\r\n\r\n")
		return
	}
	server, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer server.Close()
	_, _ = io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
	n.tunnel.Go(func() { _, _ = io.Copy(client, server); client.Close() })
	_, _ = io.Copy(server, buffered)
}

func (n *network) note(place string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked = append(n.asked, place)
}

// take returns what was asked, and forgets it.
func (n *network) take() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	asked := n.asked
	n.asked = nil
	return asked
}

// open returns what is reached by the network.
func (n *network) open() reached {
	dialer := &net.Dialer{
		Resolver: nameserver.Resolver(addressOf),
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			if address == n.proxy.Host {
				return nil
			}
			n.note(address)
			return syscall.ECONNREFUSED
		},
	}
	proxy := func(r *http.Request) (*url.URL, error) {
		if n.proxied || r.URL.Host == hostile {
			return n.proxy, nil
		}
		return nil, nil
	}
	by, chunks := fence.Network{Dialer: dialer, Proxy: proxy}, chunked.Options{Attempts: 1, Backoff: time.Millisecond}
	return reached{
		images.New(images.Options{AWS: aws.Config{}, Network: by, Chunks: chunks}),
		ecr.New(ecr.Options{Network: by, Chunks: chunks}),
	}
}

// addressOf is what a name means, given its first label: an address with dashes in it, or else a public one.
func addressOf(label string) netip.Addr {
	addr, err := netip.ParseAddr(strings.ReplaceAll(label, "-", "."))
	if err != nil {
		return netip.MustParseAddr("192.0.32.8")
	}
	return addr
}

// try tries a way to a host, and reports whether somebody was, or would have been, connected to.
func (n *network) try(t *testing.T, w way, host string, proxied bool) bool {
	t.Helper()
	n.lead, n.to, n.proxied = w.lead, "https://"+host+"/x?signature=SECRET", proxied
	r := n.open()
	defer r.Close()
	err := w.use(t.Context(), r, host)
	asked := n.take()
	switch {
	case err == nil:
		t.Errorf("%s to %s: no error", w.name, host)
	case strings.Contains(err.Error(), "SECRET"):
		t.Errorf("%s to %s: %v", w.name, host, err)
	case len(asked) == 0 && answer.Soon(err):
		t.Errorf("%s to %s is tried again: %v", w.name, host, err)
	}
	return len(asked) > 0
}

// verdict says whether a host is asked, directly and through a proxy.
func verdict(direct, proxied bool) string {
	switch {
	case direct && proxied:
		return "asked"
	case proxied:
		return "through a proxy"
	case direct:
		return "directly"
	}
	return "**no**"
}

func (n *network) row(t *testing.T, f form) string {
	t.Helper()
	cells := make([]string, 0, len(ways)+1)
	for _, w := range ways {
		direct, proxied := n.try(t, w, f.host, false), n.try(t, w, f.host, true)
		if w.lead == nil {
			cells = append(cells, verdict(direct, direct), verdict(proxied, proxied))
			continue
		}
		cells = append(cells, verdict(direct, proxied))
	}
	return fmt.Sprintf("| `%s` | %s |", f.host, strings.Join(cells, " | "))
}
