package images_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ecrmirror/internal/images"
	"ecrmirror/internal/transient"
)

func TestWhichFailuresAreTransient(t *testing.T) {
	for _, c := range []struct {
		name      string
		answer    http.HandlerFunc
		transient bool
		say       string
	}{
		{"500", status(500), true, "500"},
		{"503", status(503), true, "503"},
		{"401", status(401), false, ""},
		{"403", status(403), false, "403"},
		{"reset", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, true, ""},
		{
			"not a registry", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }, false,
			"not a manifest",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // failures are waited for
			host := serve(t, func(h http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if strings.Contains(r.URL.Path, "/manifests/") {
						c.answer(w, r)
						return
					}
					h.ServeHTTP(w, r)
				})
			})
			_, err := images.New(images.Options{}).Digest(t.Context(), parse(t, host+"/app:1"))
			switch {
			case err == nil:
				t.Error("no error")
			case !strings.Contains(err.Error(), host+"/app") || !strings.Contains(err.Error(), c.say):
				t.Errorf("%v, want it to name the image and %q", err, c.say)
			case transient.Is(err) != c.transient:
				t.Errorf("transient %v: %v", transient.Is(err), err)
			}
		})
	}
}

func TestUnreachableRegistryIsTransient(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	host := strings.TrimPrefix(server.URL, "http://")
	server.Close() // nobody listens there any more
	_, err := images.New(images.Options{}).Digest(t.Context(), parse(t, host+"/app:1"))
	if err == nil || !transient.Is(err) || !strings.Contains(err.Error(), host) {
		t.Errorf("%v", err)
	}
}
