package distribution

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
)

// idlePerHost is how many unused connections to a host are kept: as many as ranges may be read at
// a time by several blobs.
const idlePerHost = 64

// maxHeader is how many bytes an answer's headers may have: many times those of any registry, and a
// small part of the 10 MiB that net/http would keep for each answer.
const maxHeader = 256 << 10

// clients make requests and nothing more: they follow no redirects and keep no cookies. Credentials
// are for the caller to add.
type clients struct {
	api    *home    // to the registry; by HTTP/2 where it speaks that
	ranges *home    // to the registry, for ranges of blobs: HTTP/1.1, so that each has a connection of its own
	away   *outside // to all others, as ranges, and without the certificate that says who we are
	tokens *outside // to its token server; by HTTP/2 where that speaks it
	// To the registry, for writing, and to where else it takes uploads.
	uploads     *home
	uploadsAway *outside
}

func newClients(opts Options, f *fence) (clients, error) {
	config := &tls.Config{InsecureSkipVerify: opts.Insecure}
	dir, err := certificateDir(opts.Host)
	if err == nil && dir != "" {
		err = tlsclientconfig.SetupCertificates(dir, config)
	}
	if err != nil {
		return clients{}, fmt.Errorf("certificates for %s: %w", opts.Host, err)
	}
	anonymous := config.Clone()
	anonymous.Certificates = nil
	api, tokens := newTransport(config.Clone()), newTransport(config.Clone())
	api.ForceAttemptHTTP2, tokens.ForceAttemptHTTP2 = true, true
	uploadsAway := newOutside(newTransport(anonymous.Clone()), f)
	forUploads(uploadsAway.direct)
	forUploads(uploadsAway.proxied)
	uploads := newTransport(config.Clone())
	forUploads(uploads)
	return clients{
		api: &home{api, f}, ranges: &home{newTransport(config), f}, away: newOutside(newTransport(anonymous), f),
		tokens: newOutside(tokens, f), uploads: &home{uploads, f}, uploadsAway: uploadsAway,
	}, nil
}

// newTransport returns a transport with time limits on connecting and on headers, and none on
// bodies. Given a TLS configuration, it keeps to HTTP/1.1.
func newTransport(config *tls.Config) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialThrough(newDialer(notMetadata)),
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  storeTimeout, // at most: who asks says how long, for some registries fetch an image before they answer
		MaxResponseHeaderBytes: maxHeader,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConnsPerHost:    idlePerHost,
		DisableCompression:     true, // a blob's bytes are those that were sent
	}
}

func (c clients) closeIdle() {
	for _, t := range []interface{ closeIdle() }{c.api, c.ranges, c.away, c.tokens, c.uploads, c.uploadsAway} {
		t.closeIdle()
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
