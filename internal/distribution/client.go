package distribution

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"go.podman.io/image/v5/pkg/tlsclientconfig"
)

// idlePerHost is how many unused connections to a host are kept: as many as ranges may be read at
// a time by several blobs.
const idlePerHost = 64

// clients make requests and nothing more: they follow no redirects and keep no cookies. Credentials
// are for the caller to add.
type clients struct {
	api    *http.Transport // to the registry; by HTTP/2 where it speaks that
	ranges *http.Transport // to the registry, for ranges of blobs: HTTP/1.1, so that each has a connection of its own
	away   *http.Transport // to all others, as ranges, and without the certificate that says who we are
	// To the registry, for writing, and to where else it takes uploads.
	uploads, uploadsAway *http.Transport
}

func newClients(opts Options) (clients, error) {
	config := &tls.Config{InsecureSkipVerify: opts.Insecure}
	dir, err := certificateDir(opts.Host)
	if err == nil && dir != "" {
		err = tlsclientconfig.SetupCertificates(dir, config)
	}
	if err != nil {
		return clients{}, fmt.Errorf("certificates for %s: %w", opts.Host, err)
	}
	away := config.Clone()
	away.Certificates = nil
	c := clients{
		api: newTransport(config.Clone()), ranges: newTransport(config), away: newTransport(away),
		uploads: newUploadTransport(config.Clone()), uploadsAway: newUploadTransport(away.Clone()),
	}
	c.api.ForceAttemptHTTP2 = true
	return c, nil
}

// newTransport returns a transport with time limits on connecting and on headers, and none on
// bodies. Given a TLS configuration, it keeps to HTTP/1.1.
func newTransport(config *tls.Config) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		TLSClientConfig:       config,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 30 * time.Second,
		IdleConnTimeout:       90 * time.Second,
		MaxIdleConnsPerHost:   idlePerHost,
		DisableCompression:    true, // a blob's bytes are those that were sent
	}
}

func (c clients) closeIdle() {
	for _, t := range []*http.Transport{c.api, c.ranges, c.away, c.uploads, c.uploadsAway} {
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
