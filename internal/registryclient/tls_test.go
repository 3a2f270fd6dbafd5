package registryclient_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"go.podman.io/image/v5/types"

	"ecrmirror/internal/registryclient"
)

// verified is a registry that has to be reached by TLS.
func verified(o *registryclient.Options) { o.Insecure = false }

// TestAHostWithoutTLSGetsNothing: not even an anonymous request, and no login, is sent to a host
// that speaks plain HTTP, unless it may be reached so.
func TestAHostWithoutTLSGetsNothing(t *testing.T) {
	plain := start(t, protected(hasImage))
	r := open(t, plain, verified, func(o *registryclient.Options) {
		o.Login = func(context.Context, string) (registryclient.Login, error) {
			t.Error("a login was asked for")
			return registryclient.Login{DockerAuthConfig: types.DockerAuthConfig{}}, nil
		}
	})
	_, err := r.Repository(repository).Digest(t.Context(), "1")
	if err == nil {
		t.Errorf("%v, want an error", err)
	}
	for _, put := range []func() error{
		func() error { return read(t, r, []byte("blob"), 4) },
		func() error {
			return r.WritableRepository(repository).PutManifest(t.Context(), "1", []byte("{}"),
				"application/json", someDigest)
		},
	} {
		if put() == nil {
			t.Error("no error")
		}
	}
	if seen := plain.asked(); len(seen) > 0 {
		t.Errorf("it was asked %q", seen)
	}
}

// TestATokenServerWithoutTLSIsNotAsked: it would be sent the password.
func TestATokenServerWithoutTLSIsNotAsked(t *testing.T) {
	tokens := startTokens(t)
	secure := startTLS(t, tokens.wants("repository:"+repository+":pull", hasImage))
	trust(t, secure)
	r := open(t, secure, verified, robot)
	_, err := r.Repository(repository).Digest(t.Context(), "1")
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("%v, want an error", err)
	}
	if seen := tokens.asked(); len(seen) > 0 {
		t.Errorf("the token server was asked %q, with %q", seen, tokens.sent("Authorization"))
	}
	// A registry that may be reached without TLS may say so of its token server.
	insecure := open(t, secure, robot)
	if _, err := insecure.Repository(repository).Digest(t.Context(), "1"); err != nil {
		t.Errorf("insecure: %v", err)
	}
}

// TestNoRedirectLeadsOutOfTLS for manifests, blobs and uploads.
func TestNoRedirectLeadsOutOfTLS(t *testing.T) {
	blob, d := content(3 * chunk)
	plain := start(t, ranges(blob))
	to := redirect(func() string { return plain.URL + "/elsewhere?signature=secret" })
	secure := startTLS(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead && strings.Contains(r.URL.Path, "/blobs/") {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		if r.Method == http.MethodPost {
			w.Header().Set("Location", plain.URL+"/upload?signature=secret")
			w.WriteHeader(http.StatusAccepted)
			return
		}
		to(w, r)
	})
	trust(t, secure)
	r := open(t, secure, verified, robot)
	for what, err := range map[string]error{
		"blob": read(t, r, blob, int64(len(blob))),
		"manifest": func() error {
			_, _, err := r.Repository(repository).Manifest(t.Context(), "1")
			return err
		}(),
		"digest": func() error {
			_, err := r.Repository(repository).Digest(t.Context(), "1")
			return err
		}(),
		"upload": r.WritableRepository(repository).PutBlob(t.Context(), lend(strings.NewReader(string(blob))), d,
			int64(len(blob))),
	} {
		if err == nil || strings.Contains(fmt.Sprint(err), "signature") {
			t.Errorf("%s: %v, want an error", what, err)
		}
	}
	if seen := plain.asked(); len(seen) > 0 {
		t.Errorf("what is without TLS was asked %q", seen)
	}
}

// TestCertificatesAreVerified: a host whose certificate nobody vouches for is sent nothing, either.
func TestCertificatesAreVerified(t *testing.T) {
	secure := startTLS(t, protected(hasImage))
	r := open(t, secure, verified, robot)
	if _, err := r.Repository(repository).Digest(t.Context(), "1"); err == nil || !strings.Contains(err.Error(),
		"certificate") {
		t.Errorf("%v, want one about the certificate", err)
	}
	if seen := secure.asked(); len(seen) > 0 {
		t.Errorf("it was asked %q", seen)
	}
}
