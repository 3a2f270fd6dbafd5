package conformance

import (
	"fmt"
	"strings"
	"testing"

	"ecrmirror/internal/request"
	"ecrmirror/testkit/slowregistry"
)

// What a request of several images takes at most, beside the memory that one takes: more are copied side by side.
const (
	maxSeveralDescriptors = 640
	maxSeveralGoroutines  = 2_000
)

// However many small images a request has, they take no more than some at a time.
func TestWhatSeveralImagesTakeIsBounded(t *testing.T) {
	const tags = 400
	generated := slowregistry.NewImages()
	names := make([]string, tags)
	for i := range names {
		names[i] = fmt.Sprint(i)
		spec := slowregistry.Spec{Layers: 2, LayerSize: 1 << 10, First: 2 * i}
		if _, err := generated.Put("lib/app", names[i], spec); err != nil {
			t.Fatal(err)
		}
	}
	source, err := slowregistry.Start(t.Context(), generated, slowregistry.Normal())
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	local := startLocalstack(t)
	from := source.Host() + "/lib/app:" + strings.Join(names, ",")
	p := runWatched(t, local, 64<<20, from, local.host()+"/bounds/several:*")
	t.Logf("%d MiB resident, %d descriptors at most", p.memory>>20, p.descriptors)
	if p.memory > 64<<20+maxBeside || p.descriptors > maxSeveralDescriptors {
		t.Errorf("%d bytes resident, %d descriptors; want at most %d and %d", p.memory, p.descriptors, 64<<20+maxBeside,
			maxSeveralDescriptors)
	}
	asked, err := request.Parse(from, local.host()+"/bounds/again:*")
	if err != nil {
		t.Fatal(err)
	}
	goroutines := requestCounted(t, 64<<20, asked)
	t.Logf("engine: %d goroutines at most", goroutines)
	if goroutines > maxSeveralGoroutines {
		t.Errorf("engine: %d goroutines, want at most %d", goroutines, maxSeveralGoroutines)
	}
}
