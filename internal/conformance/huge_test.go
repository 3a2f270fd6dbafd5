package conformance

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"ecrmirror/testkit/corpus"
)

// sizeVariable gives the bytes of the huge layer; without it there are defaultSize.
const (
	sizeVariable = "ECRMIRROR_HUGE"
	defaultSize  = 24 << 20
)

func TestAHugeLayerArrivesByteForByteAtEveryStop(t *testing.T) {
	t.Parallel()
	size := int64(defaultSize)
	if s := os.Getenv(sizeVariable); s != "" {
		var err error
		if size, err = strconv.ParseInt(s, 10, 64); err != nil {
			t.Fatalf("%s: %v", sizeVariable, err)
		}
	}
	everywhere(t, func(t *testing.T, p *place) {
		for _, way := range p.ways(t) {
			t.Run(way.name, func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), "layout")
				image, err := corpus.WriteHuge(dir, p.salt+way.name, size)
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				travel(t, p, way, dir, image)
				t.Logf("%d bytes over 4 stops in %v; the process had %d MiB at most", size,
					time.Since(began).Round(time.Second), peakMemory(t)>>20)
			})
		}
	})
}

// peakMemory returns the most memory that this process had at a time, in bytes. It has
// the clients in it, not localstack.
func peakMemory(t *testing.T) int64 {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return usage.Maxrss << 10 // in KiB, on Linux
}
