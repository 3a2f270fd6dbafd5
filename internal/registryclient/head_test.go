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

// A registry that says of a manifest that it is absent is not believed until it has told of one by HEAD. Once something
// was stored there it is asked for that, so that not each absent manifest takes two requests.
func TestAbsenceCostsOneHeadOnceAManifestWasStored(t *testing.T) {
	for _, c := range []struct {
		name          string
		heads         bool // it knows HEAD
		before, first string
		then          string
	}{
		{"knows HEAD", true, "HEAD new GET /v2/ GET new", "HEAD new HEAD stored HEAD new", "HEAD new"},
		{"does not know HEAD", false, "HEAD new GET /v2/ GET new", "HEAD new HEAD stored GET new", "HEAD new GET new"},
	} {
		t.Run(c.name, func(t *testing.T) {
			host := start(t, func(w http.ResponseWriter, r *http.Request) {
				switch there := strings.HasSuffix(r.URL.Path, "/stored"); {
				case r.Method == http.MethodPut:
					w.Header().Set("Docker-Content-Digest", someDigest)
					w.WriteHeader(http.StatusCreated)
				case there && c.heads && r.Method == http.MethodHead:
					hasImage(w, r)
				default:
					w.WriteHeader(http.StatusNotFound)
				}
			})
			registry := open(t, host)
			absent := func(want string) {
				t.Helper()
				_, err := registry.Repository(repository).Digest(t.Context(), "new")
				if !errors.Is(err, registryclient.ErrNotFound) {
					t.Errorf("%v, want that it is not there", err)
				}
				asked := strings.ReplaceAll(strings.Join(host.take(), " "), "/v2/team/app/manifests/", "")
				if asked != want {
					t.Errorf("asked %s, want %s", asked, want)
				}
			}
			absent(c.before)
			to := registry.WritableRepository(repository)
			if err := to.PutManifest(t.Context(), "stored", []byte("{}"), "", someDigest); err != nil {
				t.Fatal(err)
			}
			host.take()
			absent(c.first)
			absent(c.then)
		})
	}
}
