package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/registry"
)

// What a copy takes at most, whatever the image is.
const (
	maxBeside      = 64 << 20 // bytes of resident memory beside the budget
	maxDescriptors = 256
	maxGoroutines  = 500
)

// manifestLimit is how large a manifest of ECR may be.
const manifestLimit = 4 << 20

// boundsVariable is "all" to have 1,000 instances instead of 100, and every image copied with the default budget, too.
const boundsVariable = "ECRMIRROR_BOUNDS"

// Memory, descriptors and goroutines are bounded, however many instances an image has, and however large its
// manifests are. It is not a parallel test: it counts the goroutines of all.
func TestWhatACopyTakesIsBoundedWhateverTheImage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "layout")
	budgets, instances := []int64{8 << 20}, 100
	if os.Getenv(boundsVariable) == "all" {
		budgets, instances = append(budgets, 64<<20), 1_000
	}
	images := writeExtremes(t, dir, instances)
	local := startLocalstack(t)
	p := &place{aws: local.config(), local: local}
	for _, name := range slices.Sorted(maps.Keys(images)) {
		for _, budget := range budgets {
			at := fmt.Sprintf("bounds/%s-%d", name, budget>>20)
			t.Run(fmt.Sprintf("%s/%d", name, budget>>20), func(t *testing.T) {
				first, second, third := local.host()+"/"+at+"/1:v1", local.host()+"/"+at+"/2:v1", local.host()+"/"+at+"/3:v1"
				checkBounds(t, "from files", runWatched(t, local, budget, "oci:"+dir+":"+name, first), budget)
				if name == manyInstances { // ECR takes 10 manifests a second
					checkBounds(t, "from a registry", runWatched(t, local, budget, first, second), budget)
				} else {
					inECR := p.inLocalECR(t, "111122223333.dkr.ecr.us-east-1.amazonaws.com", at).image
					checkBounds(t, "from a registry", runWatched(t, local, budget, first, inECR), budget)
					checkBounds(t, "from ECR", runWatched(t, local, budget, inECR, second), budget)
				}
				goroutines := copyCounted(t, budget, first, third)
				t.Logf("engine: %d goroutines at most", goroutines)
				if goroutines > maxGoroutines {
					t.Errorf("engine: %d goroutines, want at most %d", goroutines, maxGoroutines)
				}
				for _, repository := range []string{"/" + at + "/1", "/" + at + "/2", "/" + at + "/3"} {
					w := watcher{repository: local.url + "/v2" + repository}
					if _, body, err := w.get(t.Context(), "GET", "/manifests/v1"); err != nil || digest.FromBytes(body) != images[name] {
						t.Errorf("%s: %d bytes of another digest, %v", repository, len(body), err)
					}
				}
			})
		}
	}
}

func checkBounds(t *testing.T, what string, p peak, budget int64) {
	t.Helper()
	t.Logf("%s: %d MiB resident, %d descriptors at most", what, p.memory>>20, p.descriptors)
	if p.memory > budget+maxBeside || p.descriptors > maxDescriptors {
		t.Errorf("%s: %d bytes resident, %d descriptors; want at most %d and %d", what, p.memory, p.descriptors, budget+maxBeside, maxDescriptors)
	}
}

// A peak is the most that a process had at a time.
type peak struct {
	memory      int64 // bytes resident
	descriptors int
}

// runWatched has the program make a copy, and watches what it takes.
func runWatched(t *testing.T, local *localstack, budget int64, from, to string) (p peak) {
	t.Helper()
	p, out, err := watched(t, withBudget(mirrorProgram(local.url, from, to), budget))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return p
}

func withBudget(cmd *exec.Cmd, budget int64) *exec.Cmd {
	cmd.Args = append(cmd.Args, "--memory-budget", fmt.Sprint(budget))
	return cmd
}

// watched runs a program, and watches what it takes, whatever it ends with. Out is what it wrote.
func watched(t *testing.T, cmd *exec.Cmd) (p peak, out string, err error) {
	t.Helper()
	var written bytes.Buffer
	cmd.Stdout, cmd.Stderr = &written, &written
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for ticks := time.NewTicker(2 * time.Millisecond); ; {
		select {
		case <-ticks.C:
			p.look(t, cmd.Process.Pid)
		case err := <-ended:
			ticks.Stop()
			return p, written.String(), err
		}
	}
}

// look notes what a process has, if it is still there. The kernel keeps the peak of its memory itself.
func (p *peak) look(t *testing.T, pid int) {
	t.Helper()
	at := fmt.Sprintf("/proc/%d/", pid)
	status, err := os.ReadFile(at + "status")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, after, ok := strings.Cut(string(status), "VmHWM:"); ok {
		kib, err := strconv.ParseInt(strings.Fields(after)[0], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		p.memory = max(p.memory, kib<<10)
	}
	descriptors, _ := os.ReadDir(at + "fd")
	p.descriptors = max(p.descriptors, len(descriptors))
}

// copyCounted copies in this process, and returns how many goroutines were there for it at most. None is there afterwards.
func copyCounted(t *testing.T, total int64, from, to string) (most int) {
	t.Helper()
	before := runtime.NumGoroutine()
	ctx, stop := context.WithCancel(t.Context())
	var counting sync.WaitGroup
	counting.Go(func() {
		for ticks := time.NewTicker(time.Millisecond); ctx.Err() == nil; <-ticks.C {
			most = max(most, runtime.NumGoroutine()-before-1)
		}
	})
	budget := chunked.NewBudget(total)
	registries := registry.New(registry.Options{Budget: budget})
	err := mirror.New(registries, mirror.Options{Budget: budget, Transient: registry.Transient}).
		Copy(t.Context(), parse(t, from), []imagename.Name{parse(t, to)}).Err()
	registries.Close()
	stop()
	counting.Wait()
	if err != nil {
		t.Error(err)
	}
	ticks := time.NewTicker(time.Millisecond)
	defer ticks.Stop()
	for began := time.Now(); runtime.NumGoroutine() > before; <-ticks.C { // connections end soon after they are closed
		if time.Since(began) > 10*time.Second {
			t.Errorf("%d goroutines are left, beside %d", runtime.NumGoroutine()-before, before)
			break
		}
	}
	return most
}

// manyInstances is the name of the image with the most instances.
const manyInstances = "instances-in-4mib"

// writeExtremes makes an OCI layout of images as large as they get, but for their layers, and returns
// their digests by name.
func writeExtremes(t *testing.T, dir string, many int) map[string]digest.Digest {
	t.Helper()
	w := &extremes{t, dir, map[string]v1.Descriptor{}}
	var instances []v1.Descriptor
	for i := range many {
		instance := w.image(fmt.Sprint("instance ", i), 1, 0)
		instance.Platform = &v1.Platform{OS: "linux", Architecture: "arm64", Variant: fmt.Sprint("v", i)}
		instance.Annotations = map[string]string{"padding": strings.Repeat("x", manifestLimit/many-320)}
		instances = append(instances, instance)
	}
	w.named[manyInstances] = w.index(instances)
	w.named["annotations-of-4mib"] = w.image("annotations", 2, manifestLimit)
	w.named["escapes-of-4mib"] = w.escaped("escapes")
	w.named["layers-of-4mib"] = w.image("layers", 20_000, 0)
	var large []v1.Descriptor
	for i := range 3 { // with an index, nearly the most that the manifests of an image may be together
		large = append(large, w.image(fmt.Sprint("large instance ", i), 2, manifestLimit))
	}
	w.named["3-instances-of-4mib"] = w.index(large)
	w.finish()
	digests := map[string]digest.Digest{}
	for name, desc := range w.named {
		digests[name] = desc.Digest
	}
	return digests
}

// extremes is a layout that is being written.
type extremes struct {
	*testing.T
	dir   string
	named map[string]v1.Descriptor
}

func (w *extremes) put(mediaType string, content []byte) v1.Descriptor {
	w.Helper()
	desc := v1.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(content), Size: int64(len(content))}
	path := blobPath(w.dir, desc.Digest)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, content, 0o600)); err != nil {
		w.Fatal(err)
	}
	return desc
}

func (w *extremes) putJSON(mediaType string, v any) v1.Descriptor {
	w.Helper()
	content, err := json.Marshal(v)
	if err != nil {
		w.Fatal(err)
	}
	return w.put(mediaType, content)
}

// image makes an image whose manifest names so many layers, of which 50 are different ones, and has so many bytes, if
// that is not 0.
func (w *extremes) image(name string, layers, size int) v1.Descriptor {
	w.Helper()
	m := v1.Manifest{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: v1.MediaTypeImageManifest}
	m.Config = w.putJSON(v1.MediaTypeImageConfig, v1.Image{Author: name, RootFS: v1.RootFS{Type: "layers"}})
	for i := range min(layers, 50) {
		m.Layers = append(m.Layers, w.put(v1.MediaTypeImageLayerGzip, []byte(fmt.Sprint("layer ", i))))
	}
	for i := len(m.Layers); i < layers; i++ {
		m.Layers = append(m.Layers, m.Layers[i%50])
	}
	if size > 0 {
		m.Annotations = map[string]string{"padding": ""}
		bare, err := json.Marshal(m)
		if err != nil {
			w.Fatal(err)
		}
		m.Annotations["padding"] = strings.Repeat("x", size-len(bare))
	}
	return w.putJSON(m.MediaType, m)
}

// escaped makes an image whose manifest has twice its size as a text within JSON, which it is on its way to ECR and back.
func (w *extremes) escaped(name string) v1.Descriptor {
	w.Helper()
	return w.putJSON(v1.MediaTypeImageManifest, v1.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: v1.MediaTypeImageManifest,
		Config: w.putJSON(v1.MediaTypeImageConfig, v1.Image{Author: name}), Layers: []v1.Descriptor{},
		Annotations: map[string]string{"padding": strings.Repeat(`\`, manifestLimit/2-500)},
	})
}

func (w *extremes) index(instances []v1.Descriptor) v1.Descriptor {
	w.Helper()
	return w.putJSON(v1.MediaTypeImageIndex, v1.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: v1.MediaTypeImageIndex, Manifests: instances,
	})
}

// finish writes the layout's own files.
func (w *extremes) finish() {
	w.Helper()
	index := v1.Index{Versioned: specs.Versioned{SchemaVersion: 2}}
	for name, desc := range w.named {
		desc.Annotations = map[string]string{v1.AnnotationRefName: name}
		index.Manifests = append(index.Manifests, desc)
	}
	for name, v := range map[string]any{v1.ImageIndexFile: index, v1.ImageLayoutFile: v1.ImageLayout{Version: v1.ImageLayoutVersion}} {
		content, err := json.Marshal(v)
		if err == nil {
			err = os.WriteFile(filepath.Join(w.dir, name), content, 0o600)
		}
		if err != nil {
			w.Fatal(err)
		}
	}
}
