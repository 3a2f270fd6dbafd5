package conformance

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/localstack/server"
	"ecrmirror/testkit/corpus"
	"ecrmirror/testkit/fault"
	"ecrmirror/testkit/servertest"
)

// A repository receives every layer once, whatever is asked twice: it refuses a part that
// it has, and a lost reply is found out about by asking. Images of one repository are
// copied one after the other, for two copies at the same time know nothing of each other.
func TestImagesArriveWholeThoughCallsAreThrottledAndRepliesLost(t *testing.T) {
	t.Parallel()
	const repositories, imagesEach = 12, 5
	dir := filepath.Join(t.TempDir(), "layout")
	images, err := corpus.WriteSmall(dir, "", repositories*imagesEach)
	if err != nil {
		t.Fatal(err)
	}
	var faults fault.Injector
	local := &localstack{servertest.Start(t, server.Options{Wrap: faults.Wrap, NoEvents: true}).URL()}
	p := &place{aws: local.config(), local: local}
	engine := p.engine()
	var stops [repositories]stop
	for i := range stops {
		// Accounts of their own have quotas of their own: PutImage is paced to them.
		stops[i] = p.inLocalECR(t, fmt.Sprintf("1000000000%02d.dkr.ecr.us-east-1.amazonaws.com", i), "app")
	}
	if err := faults.Set(
		1,
		fault.Rule{Operation: "ecr.*", Kind: fault.Throttle, Rate: 0.025},
		fault.Rule{Operation: "ecr.*", Kind: fault.Throttle, Rate: 0.025, Code: "ThrottleException", Status: 429},
		fault.Rule{Operation: "ecr.*", Kind: fault.Lose, Rate: 0.05},
	); err != nil {
		t.Fatal(err)
	}
	var copies sync.WaitGroup
	for i, stop := range stops {
		copies.Go(func() { // not a parallel test: these would be as many as processors, and most of the time is waiting
			for _, image := range images[i*imagesEach : (i+1)*imagesEach] {
				if err := engine.copy(t.Context(), "oci:"+dir+":"+image.Name, stop.tagged(image.Name)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	copies.Wait()
	counts := local.counts(t)
	broken := faults.Broken()
	t.Logf("%d calls throttled, %d replies lost", broken[fault.Throttle], broken[fault.Lose])
	if broken[fault.Throttle] == 0 || broken[fault.Lose] == 0 {
		t.Error("nothing went wrong: this shows nothing")
	}
	if err := faults.Set(0); err != nil {
		t.Fatal(err)
	}
	for i, stop := range stops {
		sizes := map[digest.Digest]int64{}
		for _, image := range images[i*imagesEach : (i+1)*imagesEach] {
			check(t, p.inECR(t, stop.tagged(image.Name)).readers[0], dir, image)
			for _, blob := range image.Blobs {
				sizes[blob.Digest] = blob.Size
			}
		}
		if got, want := counts.BytesWritten[stop.counted(t)], sum(sizes); got != want {
			t.Errorf("repository %d received %d bytes of blobs, want %d: each blob once", i, got, want)
		}
	}
}

func sum(sizes map[digest.Digest]int64) (total int64) {
	for _, size := range sizes {
		total += size
	}
	return total
}
