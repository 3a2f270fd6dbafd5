package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/slowregistry"
)

// A watcher looks at a tag over and over, as somebody who might pull it any moment. Whenever the tag is there, it must
// be one of the images that it may be, with all instances and blobs there too; and it never goes back to what it was
// before, or to nothing.
type watcher struct {
	repository string // URL, up to and with the repository's name
	tag        string
	before     *slowregistry.Contents  // what the tag is at first; nil for nothing
	after      []slowregistry.Contents // what it may be from then on, in any order
	login      string                  // value of the header Authorization; "" = none
	layout     string                  // the OCI layout that is looked at instead of a repository; "" = none

	mu    sync.Mutex
	now   digest.Digest // what the tag was when it was last seen; "" = absent
	moved bool          // it is not what it was before any more
	whole digest.Digest // the last image of which all was seen: here nothing is ever deleted
	looks int
	wrong []string
}

func newWatcher(repository string, before *slowregistry.Contents, after ...slowregistry.Contents) *watcher {
	return &watcher{repository: repository, tag: "v1", before: before, after: after}
}

// run looks that often until ctx ends.
func (w *watcher) run(ctx context.Context, every time.Duration) {
	for ticks := time.NewTicker(every); ; {
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

// is reports whether the tag was that image when it was last seen.
func (w *watcher) is(root digest.Digest) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now == root
}

func (w *watcher) check(ctx context.Context) error {
	status, body, err := w.get(ctx, http.MethodGet, "/manifests/"+w.tag)
	if err != nil {
		return err
	}
	if status == http.StatusNotFound {
		if w.before == nil && !w.moved {
			return nil
		}
		return errors.New("the tag is gone")
	}
	root := digest.FromBytes(body)
	image := w.mayBe(root)
	if image == nil {
		return fmt.Errorf("status %d: the tag is %s, which it must not be", status, root)
	}
	w.now, w.moved = root, w.moved || w.before == nil || root != w.before.Root
	if w.whole == root {
		return nil
	}
	if err := w.lacks(ctx, *image); err != nil {
		return fmt.Errorf("the tag is %s, without %w", root, err)
	}
	w.whole = root
	return nil
}

// mayBe returns the image of this root, if the tag may be that now.
func (w *watcher) mayBe(root digest.Digest) *slowregistry.Contents {
	if w.before != nil && w.before.Root == root && !w.moved {
		return w.before
	}
	if i := slices.IndexFunc(w.after, func(c slowregistry.Contents) bool { return c.Root == root }); i >= 0 {
		return &w.after[i]
	}
	return nil
}

// lacks returns an error that names something of the image which the repository does not have.
func (w *watcher) lacks(ctx context.Context, image slowregistry.Contents) error {
	for _, d := range image.Manifests {
		status, _, err := w.get(ctx, http.MethodHead, "/manifests/"+d.String())
		if err != nil || status != http.StatusOK {
			return fmt.Errorf("instance %s: status %d, %v", d, status, err)
		}
	}
	for d, size := range image.Blobs {
		status, body, err := w.get(ctx, http.MethodHead, "/blobs/"+d.String())
		if err != nil || status != http.StatusOK || string(body) != fmt.Sprint(size) {
			return fmt.Errorf("blob %s of %d bytes: status %d, %s bytes, %v", d, size, status, body, err)
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

// missing returns those that it lacks, sorted.
func (w *watcher) missing(t *testing.T, image slowregistry.Contents) (missing []digest.Digest) {
	t.Helper()
	present, err := w.present(t.Context(), image)
	if err != nil {
		t.Fatal(err)
	}
	for d := range image.Blobs {
		if !slices.Contains(present, d) {
			missing = append(missing, d)
		}
	}
	slices.Sort(missing)
	return missing
}

// hash reads all of an image, and holds it against its digests.
func (w *watcher) hash(ctx context.Context, image slowregistry.Contents) error {
	paths := map[digest.Digest]string{}
	for _, d := range image.Manifests {
		paths[d] = "/manifests/"
	}
	for d := range maps.Keys(image.Blobs) {
		paths[d] = "/blobs/"
	}
	for d, path := range paths {
		status, body, err := w.get(ctx, http.MethodGet, path+d.String())
		if err != nil {
			return fmt.Errorf("%s%s: %w", path, d, err)
		}
		if digest.FromBytes(body) != d {
			return fmt.Errorf("%s%s: status %d, %d bytes of another digest", path, d, status, len(body))
		}
	}
	return nil
}

// get asks for something in the repository. The body of an answer to HEAD is its length.
func (w *watcher) get(ctx context.Context, method, path string) (status int, body []byte, err error) {
	if w.layout != "" {
		return readLayout(w.layout, method, path)
	}
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
	answer, err := lone().Do(r)
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
			Root: digest.FromBytes(body(n)), Manifests: []digest.Digest{"sha256:instance"},
			Blobs: map[digest.Digest]int64{"sha256:blob": 7},
		}
	}
	old, updated, other := image(1), image(2), image(3)
	for _, c := range []struct {
		name    string
		before  *slowregistry.Contents
		other   bool  // the tag may be the other image, too
		tags    []int // the image that each look finds, 0 for none
		missing string
		wrong   int
	}{
		{"comes", nil, false, []int{0, 0, 2, 2}, "", 0},
		{"changes", &old, false, []int{1, 1, 2, 2}, "", 0},
		{"goes", nil, false, []int{0, 2, 0, 0}, "", 2},
		{"goes while it changes", &old, false, []int{1, 0, 2}, "", 1},
		{"goes back", &old, false, []int{1, 2, 1}, "", 1},
		{"one of two, back and forth", &old, true, []int{1, 2, 3, 2}, "", 0},
		{"goes back from one of two", &old, true, []int{1, 3, 2, 1}, "", 1},
		{"goes where there are two", nil, true, []int{0, 3, 0, 2}, "", 1},
		{"one of two without a blob", &old, true, []int{3, 2}, "blob", 2},
		{"something else", nil, false, []int{0, 3, 2}, "", 1},
		{"without an instance", nil, false, []int{0, 2}, "instance", 1},
		{"without a blob", &old, false, []int{1, 2}, "blob", 2},
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
			if c.other {
				w.after = append(w.after, other)
			}
			for _, tag = range c.tags {
				w.look(t.Context())
			}
			if len(w.wrong) != c.wrong || w.looks != len(c.tags) {
				t.Errorf("%d looks, wrong %q, want %d", w.looks, w.wrong, c.wrong)
			}
		})
	}
}
