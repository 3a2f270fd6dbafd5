package conformance

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/slowregistry"
)

// A requestWorld is where jobs of many images are killed. Neighbours share layers.
type requestWorld struct {
	*place
	source   *slowregistry.Server
	contents []slowregistry.Contents // by their tags: t00, t01, ...
	union    slowregistry.Contents   // of all of them
	before   slowregistry.Contents   // the image that some tags had, if any
	length   int64                   // how far a gauge comes without being killed
}

// requestImages are what a request consists of, more than are copied at a time: images of which neighbours share all
// layers but one, some of two platforms, and one whose layer goes to ECR in two parts.
func requestImages() (specs []slowregistry.Spec) {
	for i := range 36 {
		specs = append(specs, slowregistry.Spec{Layers: 1 + i%4, LayerSize: 64<<10 + 7, Seed: uint64(20 + i/4)})
	}
	specs[5].Platforms, specs[22].Platforms = 2, 2
	specs[17] = slowregistry.Spec{Layers: 1, LayerSize: 11<<20 + 7, Seed: 18}
	return specs
}

func tagOf(n int) string { return fmt.Sprintf("t%02d", n) }

func newRequestWorld(t *testing.T) *requestWorld {
	t.Helper()
	return newWorldOf(t, requestImages(), slowregistry.Options{})
}

// newWorldOf returns a world with images of these kinds, at a registry of these conditions.
func newWorldOf(t *testing.T, specs []slowregistry.Spec, opts slowregistry.Options) *requestWorld {
	t.Helper()
	images, local := slowregistry.NewImages(), startLocalstack(t)
	w := &requestWorld{place: &place{aws: local.config(), local: local}}
	w.union.Blobs = map[digest.Digest]int64{}
	for n, spec := range specs {
		c, err := images.Put("src", tagOf(n), spec)
		if err != nil {
			t.Fatal(err)
		}
		w.contents = append(w.contents, c)
		w.union.Manifests = append(w.union.Manifests, c.Manifests...)
		maps.Copy(w.union.Blobs, c.Blobs)
	}
	var err error
	before := slowregistry.Spec{Layers: 1, LayerSize: 64 << 10, Seed: 19}
	if w.before, err = images.Put("src", "before", before); err != nil {
		t.Fatal(err)
	}
	if w.source, err = slowregistry.Start(t.Context(), images, opts); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.source.Close() })
	g := newGauge(1 << 62)
	if r := w.newJob(t, "requests/whole", false).attempt(t, g, killed); r.code != 0 {
		t.Fatalf("exit code %d\n%s", r.code, r.stderr)
	}
	w.length = g.passed
	return w
}

// tags are those of the request, as it is written.
func (w *requestWorld) tags() string {
	tags := make([]string, len(w.contents))
	for n := range tags {
		tags[n] = tagOf(n)
	}
	return strings.Join(tags, ",")
}

// A requestJob has all images on their way to two repositories, whose tags are watched.
type requestJob struct {
	*requestWorld
	ecr      stop
	registry string        // the other repository's name
	watchers [2][]*watcher // of ECR and of the registry, by images
}

// newJob returns a job that has not begun. If it updates, every third tag has an older image at both destinations.
func (w *requestWorld) newJob(t *testing.T, name string, updates bool) *requestJob {
	t.Helper()
	j := &requestJob{requestWorld: w, registry: name}
	j.ecr = w.inLocalECR(t, "111122223333.dkr.ecr.us-east-1.amazonaws.com", name)
	login, err := w.login(t, parse(t, j.ecr.image)).Authorization()
	if err != nil {
		t.Fatal(err)
	}
	for n, contents := range w.contents {
		var before *slowregistry.Contents
		if updates && n%3 == 0 {
			before = &w.before
			for _, to := range []string{j.ecr.tagged(tagOf(n)), w.local.host() + "/" + name + ":" + tagOf(n)} {
				if err := w.engine().copy(t.Context(), w.source.Host()+"/src:before", to); err != nil {
					t.Fatal(err)
				}
			}
		}
		for i, at := range []string{j.ecr.counted(t), name} {
			watcher := newWatcher(w.local.url+"/v2/"+at, before, contents)
			watcher.tag = tagOf(n)
			j.watchers[i] = append(j.watchers[i], watcher)
		}
		j.watchers[0][n].login = "Basic " + login.Auth
	}
	return j
}

// watch looks at one tag after the other until the returned function is called.
func (j *requestJob) watch(ctx context.Context) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	for _, watchers := range j.watchers {
		watching.Go(func() {
			ticks := time.NewTicker(10 * time.Millisecond)
			defer ticks.Stop()
			for n := 0; ; n++ {
				select {
				case <-ctx.Done():
					return
				case <-ticks.C:
					watchers[n%len(watchers)].look(ctx)
				}
			}
		})
	}
	return func() {
		cancel()
		watching.Wait()
	}
}

// look looks at all tags.
func (j *requestJob) look(t *testing.T) {
	t.Helper()
	for _, w := range slices.Concat(j.watchers[0], j.watchers[1]) {
		w.look(t.Context())
	}
}

// lookAt looks at a tag of the ith destination.
func (j *requestJob) lookAt(ctx context.Context, i int, tag string) {
	for _, w := range j.watchers[i] {
		if w.tag == tag {
			w.look(ctx)
		}
	}
}
