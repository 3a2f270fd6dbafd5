package conformance

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/images"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/request"
	"ecrmirror/internal/transient"
	"ecrmirror/testkit/sink"
)

// What a request of many images takes at most beside its memory, which is that of one: more are copied at a time.
const (
	maxRequestDescriptors = 640
	maxRequestGoroutines  = 2_000
)

// Memory, descriptors and goroutines are bounded, however many images a request has: their manifests are held for as
// long as an image is copied. It is not a parallel test: it counts the goroutines of all.
func TestWhatARequestTakesIsBoundedHoweverManyImagesItHas(t *testing.T) {
	budgets, many := []int64{8 << 20}, 200
	if os.Getenv(boundsVariable) == "all" {
		budgets, many = append(budgets, 64<<20), 5_000
	}
	source, local := startCrowd(t, many), startLocalstack(t)
	to, err := sink.Start(t.Context(), sink.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = to.Close() }()
	for _, budget := range budgets {
		t.Run(fmt.Sprintf("%d/%d", many, budget>>20), func(t *testing.T) {
			for _, what := range []string{"copied", "current"} {
				at := fmt.Sprintf("%s/many-%d:*", to.Host(), budget>>20)
				p, out, err := watched(t, withBudget(mirrorProgram(local.url, "--quiet", source.name(), at), budget))
				if err != nil || strings.Count("\n"+out, "\n"+what+" ") != many {
					t.Fatalf("not all %s: %v\n%.2000s", what, err, out)
				}
				checkPeak(t, what, p, peak{budget + maxBeside, maxRequestDescriptors})
			}
			source.check(t, to.Repository(fmt.Sprintf("many-%d", budget>>20)))
		})
	}
	some := strings.Join(strings.Split(source.name(), ",")[:countedImages], ",") // between registries that run elsewhere
	if _, out, err := watched(t, mirrorProgram(local.url, some, local.host()+"/src:*")); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	from := local.host() + strings.TrimPrefix(some, source.host)
	goroutines := mostGoroutines(t, func() { copyCrowd(t, from, local.host()+"/counted:*") })
	t.Logf("engine: %d goroutines at most", goroutines)
	if goroutines > maxRequestGoroutines {
		t.Errorf("engine: %d goroutines, want at most %d", goroutines, maxRequestGoroutines)
	}
}

// countedImages is how many images are copied while goroutines are counted: more than are copied at a time.
const countedImages = 100

// copyCrowd copies a request in this process, by the smallest budget.
func copyCrowd(t *testing.T, from, to string) {
	t.Helper()
	r, err := request.Parse(from, to)
	if err != nil {
		t.Fatal(err)
	}
	budget := chunked.NewBudget(8 << 20)
	registries := images.New(images.Options{Budget: budget})
	defer registries.Close()
	mirror.New(registries, mirror.Options{Budget: budget, Transient: transient.Is}).
		Copy(context.WithoutCancel(t.Context()), r, func(_ int, report *mirror.Report) {
			if err := report.Err(); err != nil {
				t.Error(err)
			}
		})
}

// check holds what a repository has against the images.
func (c *crowd) check(t *testing.T, got sink.Repository) {
	t.Helper()
	if len(got.Tags) != c.many || len(got.Manifests) != c.many {
		t.Fatalf("%d tags, %d manifests, want %d", len(got.Tags), len(got.Manifests), c.many)
	}
	for n := range c.many {
		if d := digest.FromBytes(c.manifest(n)); got.Tags[c.tag(n)] != d {
			t.Errorf("%s is %q, want %q", c.tag(n), got.Tags[c.tag(n)], d)
		}
	}
	if blobs := len(c.blobs); len(got.Blobs) != blobs {
		t.Errorf("%d blobs, want %d", len(got.Blobs), blobs)
	}
}
