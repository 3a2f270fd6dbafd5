package registryclient_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"ecrmirror/internal/registryclient"
)

func TestARegistryOutOfRequestsIsNotAskedOn(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		first  bool // the first look-up has an answer
		until  time.Duration
	}{
		{"as Docker Hub says it", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Ratelimit-Remaining", "0;w=21600")
			hasImage(w, r)
		}, true, 6 * time.Hour},
		{"429 for an hour", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		}, false, time.Hour},
	} {
		host := start(t, c.answer)
		registry := open(t, host)
		d, err := registry.Repository(repository).Digest(t.Context(), "1")
		var put *registryclient.DeferredError
		if (d == someDigest) != c.first || !c.first && !errors.As(err, &put) {
			t.Errorf("%s: %v, %v", c.name, d, err)
		}
		_, err = registry.Repository("other").Digest(t.Context(), "1")
		if !errors.As(err, &put) || put.Until != registry.DeferredUntil() || !strings.Contains(err.Error(),
			" bears no more requests until ") {
			t.Errorf("%s: %v", c.name, err)
		} else if left := time.Until(put.Until); left > c.until || left < c.until-time.Minute {
			t.Errorf("%s: for %v", c.name, left)
		}
		check(t, c.name, len(host.asked()), 1)
	}
}

func TestAnImageThatIsRefusedAgainAndAgainIsDeferred(t *testing.T) {
	host := start(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/refused/") {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		hasImage(w, r)
	})
	registry := open(t, host)
	_, err := registry.Repository("refused").Digest(t.Context(), "1")
	var put *registryclient.DeferredError
	var status *registryclient.StatusError
	if !errors.As(err, &put) || !put.Until.IsZero() || !errors.As(err, &status) ||
		status.Status != http.StatusTooManyRequests {
		t.Errorf("got %v", err)
	}
	if d, err := registry.Repository(repository).Digest(t.Context(), "1"); d != someDigest {
		t.Errorf("got %v, %v", d, err)
	}
}
