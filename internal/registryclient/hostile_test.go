package registryclient_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/registryclient"
	"ecrmirror/internal/registryclient/answer"
)

func TestAbsurdHeadersAreRefusedAtOnce(t *testing.T) {
	for name, start := range map[string]func(*testing.T, http.HandlerFunc) *host{
		"HTTP/1.1": start,
		"HTTP/2":   startTLS,
	} {
		registry := start(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Long", strings.Repeat("x", 400<<10))
		})
		_, _, err := open(t, registry).Repository(repository).Manifest(t.Context(), "1")
		if err == nil || answer.Soon(err) || len(err.Error()) > 1000 {
			t.Errorf("%s: %v", name, err)
		}
		check(t, name, len(registry.asked()), 1)
	}
}

func TestManifestsWithoutEndAreRefused(t *testing.T) {
	registry := start(t, func(w http.ResponseWriter, _ *http.Request) {
		for part := bytes.Repeat([]byte(" "), 1<<20); ; {
			if _, err := w.Write(part); err != nil {
				return
			}
		}
	})
	_, _, err := open(t, registry).Repository(repository).Manifest(t.Context(), "1")
	if err == nil || answer.Soon(err) || !strings.Contains(err.Error(), "more than") {
		t.Errorf("%v", err)
	}
	check(t, "requests", len(registry.asked()), 1)
}

func TestTokensAndErrorsWithoutEndAreNotReadToTheEnd(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusForbidden} {
		tokens := start(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			for part := bytes.Repeat([]byte("x"), 64<<10); ; {
				if _, err := w.Write(part); err != nil {
					return
				}
			}
		})
		registry := start(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="`+tokens.URL+`"`)
			w.WriteHeader(http.StatusUnauthorized)
		})
		_, _, err := open(t, registry).Repository(repository).Manifest(t.Context(), "1")
		if err == nil || answer.Soon(err) || len(err.Error()) > 1000 {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// What is compressed on the way would have another digest, and be of any size.
func TestNothingIsDecompressed(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write(make([]byte, 1<<20))
	w.Close()
	registry := start(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", strconv.Itoa(packed.Len()))
		w.Write(packed.Bytes())
	})
	r := open(t, registry)
	mustRead(t, r, packed.Bytes(), int64(packed.Len()))
	mustRead(t, r, packed.Bytes(), -1)
	if got, _, err := r.Repository(repository).Manifest(t.Context(), "1"); err != nil || !bytes.Equal(got,
		packed.Bytes()) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	for _, accepted := range registry.sent("Accept-Encoding") {
		if accepted != "identity" {
			t.Errorf("accepts %s", accepted)
		}
	}
}

// Whoever a token server sends to gets neither the password nor the identity token.
func TestTokenServersPassNoLoginOn(t *testing.T) {
	for name, login := range map[string]types.DockerAuthConfig{
		"password": {Username: "robot", Password: "s3cret"}, "identity token": {IdentityToken: "s3cret"},
	} {
		thief := start(t, func(http.ResponseWriter, *http.Request) {})
		tokens := start(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, thief.URL+"/?secret=QUERY", http.StatusTemporaryRedirect)
		})
		registry := start(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="`+tokens.URL+`"`)
			w.WriteHeader(http.StatusUnauthorized)
		})
		r := open(t, registry, func(o *registryclient.Options) {
			o.Login = func(context.Context, string) (registryclient.Login, error) {
				return registryclient.Login{DockerAuthConfig: login}, nil
			}
		})
		_, err := r.Repository(repository).Digest(t.Context(), "1")
		if err == nil || answer.Soon(err) || strings.Contains(err.Error(), "QUERY") || len(thief.asked()) > 0 {
			t.Errorf("%s: %v, passed on %q", name, err, thief.asked())
		}
	}
}

func TestUnknownDigestAlgorithmsAreRefusedBeforeAnyRequest(t *testing.T) {
	registry := start(t, hasImage)
	r := open(t, registry)
	for _, d := range []digest.Digest{
		"", "sha256", "sha256:", "md5:d41d8cd98f00b204e9800998ecf8427e",
		"sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
		"sha256:" + digest.Digest(strings.Repeat("A", 64)), "sha256:../../x", someDigest + "/../x",
	} {
		if _, _, err := r.Repository(repository).Blob(t.Context(), d, 1); err == nil {
			t.Errorf("read %q", d)
		}
		if err := r.WritableRepository(repository).PutBlob(t.Context(), lend(strings.NewReader("x")), d, 1); err == nil {
			t.Errorf("wrote %q", d)
		}
	}
	check(t, "requests", len(registry.asked()), 0)
}
