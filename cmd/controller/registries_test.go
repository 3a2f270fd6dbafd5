package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ecrmirror/testkit/registrytest"
)

// startBasic starts a registry that wants the login of the user robot, and returns its host.
func startBasic(t *testing.T, password string) string {
	t.Helper()
	return start(t, registrytest.Private(registrytest.New(), "robot", password).ServeHTTP)
}

// startBearer starts a registry that wants a token, which it gives to the user robot.
func startBearer(t *testing.T, password string) string {
	t.Helper()
	registry := registrytest.New()
	return start(t, func(w http.ResponseWriter, r *http.Request) {
		user, given, _ := r.BasicAuth()
		switch {
		case r.URL.Path == "/token" && user == "robot" && given == password:
			_, _ = io.WriteString(w, `{"token":"`+bearerToken+`","expires_in":300}`)
		case r.Header.Get("Authorization") == "Bearer "+bearerToken:
			registry.ServeHTTP(w, r)
		default:
			w.Header().Set("WWW-Authenticate", `Bearer realm="http://`+r.Host+`/token",service="private"`)
			registrytest.Refuse(w)
		}
	})
}

// startRedirecting starts a registry whose blobs are elsewhere, at presigned URLs: those of
// the repository gone where nobody speaks HTTPS, those of others where they are refused.
func startRedirecting(t *testing.T) string {
	t.Helper()
	elsewhere := start(t, func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "<Error><Code>AccessDenied</Code><Resource>"+r.URL.Path+"</Resource></Error>",
			http.StatusForbidden)
	})
	registry := registrytest.New()
	return start(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/blobs/") {
			registry.ServeHTTP(w, r)
			return
		}
		scheme := "http://"
		if strings.Contains(r.URL.Path, "/gone/") {
			scheme = "https://"
		}
		http.Redirect(w, r, scheme+elsewhere+r.URL.Path+"?X-Amz-Credential=someone&X-Amz-Signature="+signature,
			http.StatusTemporaryRedirect)
	})
}

func start(t *testing.T, handler http.HandlerFunc) (host string) {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}
