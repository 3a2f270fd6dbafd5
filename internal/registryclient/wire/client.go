package wire

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"go.podman.io/image/v5/pkg/tlsclientconfig"

	"ecrmirror/internal/fence"
)

// idlePerHost is how many unused connections to a host are kept: as many as ranges may be read at
// a time by several blobs.
const idlePerHost = 256

// maxHeader is how many bytes an answer's headers may have: many times those of any registry, more than most
// proxies pass on, and a small part of the 10 MiB that net/http would keep for each answer.
const maxHeader = 64 << 10

// Clients make requests and nothing more: they follow no redirects and keep no cookies. Credentials
// are for the caller to add.
type Clients struct {
	API    *fence.Home    // to the registry; by HTTP/2 where it speaks that
	Ranges *fence.Home    // to the registry, for ranges of blobs: HTTP/1.1, so that each has a connection of its own
	Away   *fence.Outside // to all others, as ranges, and without the certificate that says who we are
	Tokens *fence.Outside // to its token server; by HTTP/2 where that speaks it
	// To the registry, for writing, and to where else it takes uploads.
	Uploads     *fence.Home
	UploadsAway *fence.Outside
}

func newClients(opts Options) (Clients, error) {
	config := &tls.Config{InsecureSkipVerify: opts.Insecure}
	dir, err := certificateDir(opts.Host)
	if err == nil && dir != "" {
		err = tlsclientconfig.SetupCertificates(dir, config)
	}
	if err != nil {
		return Clients{}, fmt.Errorf("certificates for %s: %w", opts.Host, err)
	}
	anonymous := config.Clone()
	anonymous.Certificates = nil
	f := fence.New(opts.Network, opts.Insecure)
	known, unknown := newTransport(config), newTransport(anonymous)
	both := newTransport(config.Clone()) // where HTTP/2 leaves its mark
	both.ForceAttemptHTTP2 = true
	c := Clients{
		API: f.Home(both), Ranges: f.Home(known), Away: f.Outside(unknown),
		Tokens: f.Outside(both), Uploads: f.Home(known), UploadsAway: f.Outside(unknown),
	}
	for _, t := range []*http.Transport{c.Uploads.Transport, c.UploadsAway.Direct, c.UploadsAway.Proxied} {
		forUploads(t)
	}
	return c, nil
}

// newTransport returns a transport with time limits on connecting and on headers, and none on
// bodies, which a fence is to give its connections. Given a TLS configuration, it keeps to HTTP/1.1.
func newTransport(config *tls.Config) *http.Transport {
	return &http.Transport{
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  storeTimeout, // at most: requests have limits of their own
		MaxResponseHeaderBytes: maxHeader,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConns:           idlePerHost, // to wherever a registry leads
		MaxIdleConnsPerHost:    idlePerHost,
		DisableCompression:     true, // a blob's bytes are those that were sent
	}
}

func (c Clients) closeIdle() {
	for _, t := range []interface{ CloseIdleConnections() }{
		c.API, c.Ranges, c.Away, c.Tokens, c.Uploads,
		c.UploadsAway,
	} {
		t.CloseIdleConnections()
	}
}

// certificateDir returns the first folder of certificates for a host, or "" if there is none.
func certificateDir(host string) (string, error) {
	bases := []string{"/etc/containers/certs.d", "/etc/docker/certs.d"}
	if home, err := os.UserHomeDir(); err == nil {
		bases = append([]string{filepath.Join(home, ".config/containers/certs.d")}, bases...)
	}
	for _, base := range bases {
		dir := filepath.Join(base, host)
		_, err := os.Stat(dir)
		switch {
		case err == nil:
			return dir, nil
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission):
			return "", err
		}
	}
	return "", nil
}
