package mirror_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	ggcrtypes "github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/directory"
	"go.podman.io/image/v5/docker"
	"go.podman.io/image/v5/oci/layout"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images/transport"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/testkit/registrytest"
)

// A world is a registry that counts what it is asked and breaks where it is told to,
// and the images of the local machine.
type world struct {
	t    *testing.T
	host string

	mu         sync.Mutex
	registries map[string]http.Handler
	requests   []string                                                 // "METHOD /path"
	fault      func(w http.ResponseWriter, r *http.Request) (done bool) // nil: none
	listed     map[string]map[digest.Digest][]artifacts.Artifact        // by repository and subject
	listError  error
}

func newWorld(t *testing.T) *world {
	w := &world{t: t}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.requests = append(w.requests, r.Method+" "+r.URL.Path)
		fault := w.fault
		w.mu.Unlock()
		if fault == nil || !fault(rw, r) {
			w.repository(r.URL.Path).ServeHTTP(rw, r)
		}
	}))
	t.Cleanup(server.Close)
	w.host = strings.TrimPrefix(server.URL, "http://")
	return w
}

// repository returns the registry behind a repository: each has its own, since that of
// go-containerregistry shares blobs between repositories.
func (w *world) repository(path string) http.Handler {
	w.mu.Lock()
	defer w.mu.Unlock()
	repository, _, _ := strings.Cut(strings.TrimPrefix(path, "/v2/"), "/")
	if w.registries == nil {
		w.registries = map[string]http.Handler{}
	}
	if w.registries[repository] == nil {
		w.registries[repository] = registrytest.New()
	}
	return w.registries[repository]
}

// breakWith installs a fault, nil for none, and forgets the requests so far.
func (w *world) breakWith(fault func(http.ResponseWriter, *http.Request) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault, w.requests = fault, nil
}

// busyFor has the first PUTs below a path refused for now.
func (w *world) busyFor(failures int32, below string) {
	var left atomic.Int32
	left.Store(failures)
	w.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
		hit := r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, below) && left.Add(-1) >= 0
		if hit {
			http.Error(rw, "busy", http.StatusServiceUnavailable)
		}
		return hit
	})
}

// count returns how many requests had the method and a path that holds part.
func (w *world) count(method, part string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, r := range w.requests {
		if strings.HasPrefix(r, method+" ") && strings.Contains(r, part) {
			n++
		}
	}
	return n
}

func (w *world) name(s string) imagename.Name {
	w.t.Helper()
	n, err := imagename.ParseImage(strings.ReplaceAll(s, "HOST", w.host))
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) names(list ...string) []imagename.Name {
	names := make([]imagename.Name, len(list))
	for i, s := range list {
		names[i] = w.name(s)
	}
	return names
}

func (w *world) ref(s string) name.Reference {
	w.t.Helper()
	ref, err := name.ParseReference(strings.ReplaceAll(s, "HOST", w.host))
	if err != nil {
		w.t.Fatal(err)
	}
	return ref
}

// pushIndex pushes an index of the given number of instances with two layers of their
// own and one layer that all share, and returns it.
func (w *world) pushIndex(s string, instances int) v1.ImageIndex {
	w.t.Helper()
	return w.pushIndexOf(s, instances, ggcrtypes.DockerLayer, 300_000)
}

// pushIndexOf does the same, with a shared layer of the given type and size in Docker manifests.
func (w *world) pushIndexOf(s string, instances int, layerType ggcrtypes.MediaType, size int64) v1.ImageIndex {
	w.t.Helper()
	shared, err := random.Layer(size, layerType)
	if err != nil {
		w.t.Fatal(err)
	}
	idx := v1.ImageIndex(empty.Index)
	for range instances {
		img, err := random.Image(100_000, 2)
		if err == nil {
			img, err = mutate.AppendLayers(img, shared)
		}
		if err != nil {
			w.t.Fatal(err)
		}
		idx = mutate.AppendManifests(idx, mutate.IndexAddendum{Add: img})
	}
	if err := remote.WriteIndex(w.ref(s).(name.Tag), idx); err != nil {
		w.t.Fatal(err)
	}
	return idx
}

// digest returns what the registry has under the name, "" for nothing.
func (w *world) digest(s string) string {
	desc, err := remote.Head(w.ref(s))
	if err != nil {
		return ""
	}
	return desc.Digest.String()
}

// The world opens images as internal/images does.

func (w *world) reference(n imagename.Name) types.ImageReference {
	var ref types.ImageReference
	named, err := n.Reference()
	switch n.Kind {
	case imagename.OCILayout:
		ref, err = layout.ParseReference(n.Path)
	case imagename.Directory:
		ref, err = directory.NewReference(n.Path)
	default:
		if err == nil {
			ref, err = docker.NewReference(named)
		}
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return ref
}

var insecure = &types.SystemContext{DockerInsecureSkipTLSVerify: types.OptionalBoolTrue}

func (w *world) Source(ctx context.Context, n imagename.Name) (port.Source, error) {
	src, err := w.source(ctx, n)
	if err != nil {
		return nil, err
	}
	return transport.NewSource(src), nil
}

func (w *world) source(ctx context.Context, n imagename.Name) (types.ImageSource, error) {
	if n.Digest != "" {
		n.Tag = ""
	}
	return w.reference(n).NewImageSource(ctx, insecure)
}

func (w *world) Destination(ctx context.Context, n imagename.Name) (port.Destination, error) {
	dest, err := w.destination(ctx, n)
	if err != nil {
		return nil, err
	}
	return tagged{transport.NewDestination(dest), w, n}, nil
}

func (w *world) destination(ctx context.Context, n imagename.Name) (types.ImageDestination, error) {
	if n.Tag != "" {
		n.Digest = ""
	}
	return w.reference(n).NewImageDestination(ctx, insecure)
}

// tagged is a destination whose place has images by other names, too.
type tagged struct {
	*transport.Destination
	w    *world
	name imagename.Name
}

func (d tagged) PutTag(ctx context.Context, n imagename.Name, m port.Manifest) error {
	if n == d.name {
		return d.Destination.PutTag(ctx, n, m)
	}
	other, err := d.w.Destination(ctx, n)
	if err != nil {
		return err
	}
	return errors.Join(other.PutTag(ctx, n, m), other.Close())
}

func (w *world) Digest(ctx context.Context, n imagename.Name) (digest.Digest, error) {
	if n.Tag != "" {
		n.Digest = ""
	}
	if n.Kind == imagename.Registry {
		d, err := docker.GetDigest(ctx, insecure, w.reference(n))
		if err != nil && strings.Contains(err.Error(), "404") {
			return "", nil
		}
		return d, err
	}
	if n.Kind == imagename.Directory {
		if _, err := os.Stat(n.Path); err != nil {
			return "", nil
		}
	}
	src, err := w.source(ctx, n)
	if err != nil {
		return "", nil
	}
	defer src.Close()
	raw, _, err := src.GetManifest(ctx, nil)
	if err != nil {
		return "", nil
	}
	return digest.FromBytes(raw), nil
}
