package registryclient_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ecrmirror/internal/listed"
	"ecrmirror/internal/registryclient"
	"ecrmirror/testkit/listregistry"
)

// repeated writes a text again and again, between others, until nobody reads on.
func repeated(begin, text string) http.HandlerFunc {
	block := strings.Repeat(text, 64<<10/len(text))
	return func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, begin)
		for {
			if _, err := io.WriteString(w, block); err != nil {
				return
			}
		}
	}
}

// Whatever a registry sends as a list of tags, it ends.
func TestListsWithoutEnd(t *testing.T) {
	var pages atomic.Int32
	long := `"` + strings.Repeat("a", 1000) + `",` // which no tag is
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"tags":     {repeated(`{"tags":[`, `"1",`), "the list is too long: it has more than 200000 tags"},
		"no tags":  {repeated(`{"tags":[`, long), "it has more than 64 MiB"},
		"children": {repeated(`{"child":[`, `"1",`), "the list is too long: it has more than 100000 repositories"},
		"tags of an image": {
			repeated(`{"manifest":{"x":{"tag":[`, `"1",`), "the list is too long: an image has more than 10000 tags",
		},
		"a name":          {repeated(`{"tags":["`, `a`), "something in it has more than 64 KiB"},
		"an escaped name": {repeated(`{"tags":["`, `\"`), "something in it has more than 64 KiB"},
		"a number":        {repeated(`{"x":`, `1`), "something in it has more than 64 KiB"},
		"white space":     {repeated(`{`, ` `), "something in it has more than 64 KiB"},
		"depth":           {repeated(`{"x":`, `[`), "its values lie more than 32 deep"},
		"objects":         {repeated(`{"x":`, `{"x":`), "its values lie more than 32 deep"},
		"pages": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Link", fmt.Sprintf(`<?last=%d>; rel="next"`, pages.Add(1)))
			fmt.Fprint(w, `{"tags":["a"]}`)
		}, "the list is too long: it has more than 10000 pages"},
		"pages of nothing": {func(w http.ResponseWriter, r *http.Request) {
			if r.URL.RawQuery == "last=3" {
				w.Header().Set("Link", `<?last=1>; rel="next"`)
			} else {
				last, _ := strconv.Atoi(r.URL.Query().Get("last"))
				w.Header().Set("Link", fmt.Sprintf(`<?last=%d>; rel="next"`, last+1))
			}
			fmt.Fprint(w, `{"tags":[]}`)
		}, "the list goes on with a page that it had before"},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, c.answer)
			tags, err := open(t, r, twice).Repository(repository).Tags(t.Context())
			if err == nil || len(tags.Tags) > 0 || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%d tags, %v, want %q", len(tags.Tags), err, c.want)
			}
			if strings.HasPrefix(c.want, "the list is too long") != errors.Is(err, listed.ErrTooMany) {
				t.Errorf("%T", err)
			}
		})
	}
}

// twice is for registries that are asked often.
func twice(o *registryclient.Options) { o.Attempts = 2 }

// A list that is large waits for others, and no longer than the caller does.
func TestALargeListWaitsForItsTurn(t *testing.T) {
	const most = 5_100
	large := func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"tags":["0"`)
		for i := 1; i < most; i++ {
			fmt.Fprintf(w, `,"%d"`, i)
		}
		fmt.Fprint(w, `]}`)
	}
	reached, going := make(chan struct{}), make(chan struct{})
	shared := registryclient.NewShared()
	sharing := func(o *registryclient.Options) { o.Shared = shared }
	first := open(t, start(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery == "" {
			w.Header().Set("Link", `<?last=1>; rel="next"`)
			large(w, r)
			return
		}
		close(reached)
		<-going
		fmt.Fprint(w, `{"tags":[]}`)
	}), sharing)
	second := open(t, start(t, large), sharing)
	done := make(chan error)
	go func() {
		_, err := first.Repository(repository).Tags(t.Context())
		done <- err
	}()
	<-reached
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := second.Repository(repository).Tags(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("there was room for two: %v", err)
	}
	close(going)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if tags, err := second.Repository(repository).Tags(t.Context()); err != nil || len(tags.Tags) != most {
		t.Errorf("%d tags, %v", len(tags.Tags), err)
	}
}

// Lists are asked for at the pace of digests: a registry that is rate-limited is asked for neither.
func TestListsKeepThePace(t *testing.T) {
	r := start(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("RateLimit-Remaining", "0;w=21600")
		fmt.Fprint(w, `{"tags":["a"]}`)
	})
	registry := open(t, r)
	if tags, err := registry.Repository(repository).Tags(t.Context()); err != nil || names(tags) != "a" {
		t.Fatalf("%v, %v", tags, err)
	}
	_, err := registry.Repository(repository).Tags(t.Context())
	_, digestErr := registry.Repository(repository).Digest(t.Context(), "a")
	_, all := registry.Repositories(t.Context(), "team")
	for what, err := range map[string]error{"tags": err, "a digest": digestErr, "repositories": all} {
		if put, ok := errors.AsType[*registryclient.DeferredError](err); !ok || put.Err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	check(t, "requests", r.count("/v2/"), 1)
}

// What the API of a registry says about its limit is remembered from one list to the next.
func TestTheAPIsPaceIsRemembered(t *testing.T) {
	for host, at := range map[string]string{"docker.io": "hub.docker.com", "quay.io": "quay.io"} {
		hosts := listregistry.Serve(t, map[string]http.Handler{
			at: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("RateLimit-Remaining", "0;w=21600")
				fmt.Fprint(w, `{"results":[],"repositories":[]}`)
			}),
		})
		r := openNamed(t, host, hosts)
		if _, err := r.Repositories(t.Context(), "team"); err != nil {
			t.Errorf("%s: %v", host, err)
		}
		_, err := r.Repositories(t.Context(), "team")
		if _, ok := errors.AsType[*registryclient.DeferredError](err); !ok || len(hosts.Asked()) != 1 {
			t.Errorf("%s: %v, asked %d times", host, err, len(hosts.Asked()))
		}
	}
}
