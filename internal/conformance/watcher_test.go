package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/localstack/slowregistry"
)

// A watcher looks at a tag over and over, as somebody who might pull it any moment. Whenever the tag is there, it must
// be one of the images that it may be, with all instances and blobs there too; and it never goes back.
type watcher struct {
	repository string                  // URL, up to and with the repository's name
	images     []slowregistry.Contents // what the tag may be, in this order; at first it may be absent where optional
	optional   bool
	login      string // value of the header Authorization; "" = none

	mu    sync.Mutex
	at    int // the image that was last seen, -1 for none
	looks int
	wrong []string
}

func newWatcher(repository string, before *slowregistry.Contents, after slowregistry.Contents) *watcher {
	if before == nil {
		return &watcher{repository: repository, images: []slowregistry.Contents{after}, optional: true, at: -1}
	}
	return &watcher{repository: repository, images: []slowregistry.Contents{*before, after}, at: 0}
}

// run looks until ctx ends.
func (w *watcher) run(ctx context.Context) {
	for ticks := time.NewTicker(10 * time.Millisecond); ; {
		select {
		case <-ctx.Done():
			ticks.Stop()
			return
		case <-ticks.C:
			w.look(ctx)
		}
	}
}

// look looks once. Looks take turns.
func (w *watcher) look(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.check(ctx)
	if ctx.Err() != nil {
		return
	}
	w.looks++
	if err != nil {
		w.wrong = append(w.wrong, err.Error())
	}
}

func (w *watcher) check(ctx context.Context) error {
	status, body, err := w.get(ctx, http.MethodGet, "/manifests/v1")
	if err != nil {
		return err
	}
	if status == http.StatusNotFound {
		if w.at < 0 && w.optional {
			return nil
		}
		return errors.New("the tag is gone")
	}
	root := digest.FromBytes(body)
	now := slices.IndexFunc(w.images, func(c slowregistry.Contents) bool { return c.Root == root })
	if now < w.at || now < 0 {
		return fmt.Errorf("status %d: the tag is %s, which it must not be", status, root)
	}
	w.at = now
	for _, d := range w.images[now].Manifests {
		if status, _, err := w.get(ctx, http.MethodHead, "/manifests/"+d.String()); err != nil || status != http.StatusOK {
			return fmt.Errorf("the tag is %s, without instance %s: status %d, %w", root, d, status, err)
		}
	}
	for d, size := range w.images[now].Blobs {
		status, body, err := w.get(ctx, http.MethodHead, "/blobs/"+d.String())
		if err != nil || status != http.StatusOK || string(body) != fmt.Sprint(size) {
			return fmt.Errorf("the tag is %s, without blob %s of %d bytes: status %d, %s bytes, %w", root, d, size, status, body, err)
		}
	}
	return nil
}

// present returns those of an image's blobs that the repository has.
func (w *watcher) present(ctx context.Context, image slowregistry.Contents) ([]digest.Digest, error) {
	var list []digest.Digest
	for d := range image.Blobs {
		status, _, err := w.get(ctx, http.MethodHead, "/blobs/"+d.String())
		if err != nil {
			return nil, err
		}
		if status == http.StatusOK {
			list = append(list, d)
		}
	}
	return list, nil
}

// get asks for something in the repository. The body of an answer to HEAD is its length.
func (w *watcher) get(ctx context.Context, method, path string) (status int, body []byte, err error) {
	r, err := http.NewRequestWithContext(ctx, method, w.repository+path, nil)
	if err != nil {
		return 0, nil, err
	}
	r.Header["Accept"] = []string{
		"application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
	}
	if w.login != "" {
		r.Header.Set("Authorization", w.login)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	if method == http.MethodHead {
		return answer.StatusCode, []byte(fmt.Sprint(answer.ContentLength)), nil
	}
	body, err = io.ReadAll(answer.Body)
	return answer.StatusCode, body, err
}

func TestTheWatcherSeesWhatIsIncomplete(t *testing.T) {
	t.Parallel()
	body := func(n int) []byte { b, _ := json.Marshal(map[string]int{"image": n}); return b }
	image := func(n int) slowregistry.Contents {
		return slowregistry.Contents{
			Root: digest.FromBytes(body(n)), Manifests: []digest.Digest{"sha256:instance"}, Blobs: map[digest.Digest]int64{"sha256:blob": 7},
		}
	}
	old, updated := image(1), image(2)
	for _, c := range []struct {
		name    string
		before  *slowregistry.Contents
		tags    []int // the image that each look finds, 0 for none
		missing string
		wrong   int
	}{
		{"comes", nil, []int{0, 0, 2, 2}, "", 0},
		{"changes", &old, []int{1, 1, 2, 2}, "", 0},
		{"goes", nil, []int{0, 2, 0, 0}, "", 2},
		{"goes while it changes", &old, []int{1, 0, 2}, "", 1},
		{"goes back", &old, []int{1, 2, 1}, "", 1},
		{"something else", nil, []int{0, 3, 2}, "", 1},
		{"without an instance", nil, []int{0, 2}, "instance", 1},
		{"without a blob", &old, []int{1, 2}, "blob", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			var tag int
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case c.missing != "" && strings.HasSuffix(r.URL.Path, c.missing), tag == 0:
					w.WriteHeader(http.StatusNotFound)
				case strings.HasSuffix(r.URL.Path, "v1"):
					_, _ = w.Write(body(tag))
				default:
					w.Header().Set("Content-Length", "7")
				}
			}))
			defer server.Close()
			w := newWatcher(server.URL+"/v2/app", c.before, updated)
			for _, tag = range c.tags {
				w.look(t.Context())
			}
			if len(w.wrong) != c.wrong || w.looks != len(c.tags) {
				t.Errorf("%d looks, wrong %q, want %d", w.looks, w.wrong, c.wrong)
			}
		})
	}
}
