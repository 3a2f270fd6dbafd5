package conformance

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/corpus"
	"ecrmirror/testkit/slowregistry"
)

// A killWorld is where jobs are killed.
type killWorld struct {
	*place
	source *slowregistry.Server
	images [2]killImage
	before slowregistry.Contents // the image that a tag had, if any
}

// A killImage is what a job copies, and how far its gauge comes without being killed.
type killImage struct {
	name     string // empty: it is in the source registry
	contents slowregistry.Contents
	length   int64
}

func newKillWorld(t *testing.T) *killWorld {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "layout")
	large, err := corpus.WriteLarge(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	images := slowregistry.NewImages()
	spec := slowregistry.Spec{Platforms: 3, Layers: 4, LayerSize: 2<<20 + 7, Shared: 1, Seed: 1}
	after, err := images.Put("src", "after", spec)
	if err != nil {
		t.Fatal(err)
	}
	spec.Platforms, spec.Layers = 1, 1 // which is in the other, too
	before, err := images.Put("src", "before", spec)
	if err != nil {
		t.Fatal(err)
	}
	local := startLocalstack(t)
	w := &killWorld{place: &place{aws: local.config(), local: local}, before: before}
	if w.source, err = slowregistry.Start(t.Context(), images, slowregistry.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.source.Close() })
	w.images = [2]killImage{{"oci:" + dir + ":" + large.Name, contentsOf(large), 0}, {"", after, 0}}
	for i := range w.images {
		job := w.newJob(t, &w.images[i], fmt.Sprint("whole/", i), false)
		g := newGauge(1 << 62)
		if r := job.attempt(t, g, killed); r.code != 0 {
			t.Fatalf("exit code %d\n%s", r.code, r.stderr)
		}
		w.images[i].length = g.passed
	}
	return w
}

// contentsOf says of an image of the corpus what slowregistry says of its own.
func contentsOf(image corpus.Image) slowregistry.Contents {
	c := slowregistry.Contents{Root: image.Root.Digest, Blobs: map[digest.Digest]int64{}}
	for _, m := range image.Manifests {
		c.Manifests = append(c.Manifests, m.Digest)
	}
	for _, b := range image.Blobs {
		c.Blobs[b.Digest] = b.Size
		c.Size += b.Size
	}
	return c
}

// A killJob is an image on its way to two repositories, whose tags are watched.
type killJob struct {
	*killWorld
	image    *killImage
	ecr      stop
	registry string      // the other repository's name
	watchers [2]*watcher // of ECR, and of the registry
}

func (w *killWorld) newJob(t *testing.T, image *killImage, name string, updates bool) *killJob {
	t.Helper()
	j := &killJob{killWorld: w, image: image, registry: name}
	j.ecr = w.inLocalECR(t, "111122223333.dkr.ecr.us-east-1.amazonaws.com", name)
	var before *slowregistry.Contents
	if updates {
		before = &w.before
		for _, to := range []string{j.ecr.image, w.local.host() + "/" + name + ":v1"} {
			if err := w.engine().copy(t.Context(), w.source.Host()+"/src:before", to); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, at := range []string{j.ecr.counted(t), name} {
		j.watchers[i] = newWatcher(w.local.url+"/v2/"+at, before, image.contents)
	}
	login, err := w.login(t, parse(t, j.ecr.image)).Authorization()
	if err != nil {
		t.Fatal(err)
	}
	j.watchers[0].login = "Basic " + login.Auth
	return j
}
