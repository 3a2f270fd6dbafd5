package progress

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden screens anew")

// newTestTerminal draws for a terminal 80 columns wide.
func newTestTerminal(o *recorded, height int) *terminal {
	return newTerminal(o, func() (int, int) { return 80, height }, true)
}

// golden holds a screen against testdata/NAME.txt.
func golden(t *testing.T, name, screen string) {
	t.Helper()
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(screen), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), screen); diff != "" {
		t.Errorf("%s (-want +got, -update writes it anew):\n%s", file, diff)
	}
}

// A watched copy is one with a terminal that shows it.
type watched struct {
	*Reporter
	*display
}

// watch has a copy shown on a terminal until the test's bubble ends.
func watch(ctx context.Context, t *testing.T, width, height int, reflows bool) watched {
	d := newDisplay(t, width, height, reflows)
	return watched{start(ctx, newTerminal(d, d.size, reflows)), d}
}

// underWay copies for some seconds: one blob is there, one is done, one of unknown size, two move.
func (w watched) underWay() {
	w.Image("src", 2, 3, 6, 1101*mib)
	w.BlobDone(blobOf("there"), mib, nil)
	w.BlobStarted(blobOf("done"), 20*mib, 2)
	w.BlobStarted(blobOf("large"), 1000*mib, 2)
	w.BlobStarted(blobOf("slow"), 80*mib, 1)
	for i := range 60 {
		w.BlobRead(blobOf("large"), 3*mib)
		w.BlobRead(blobOf("slow"), mib/8)
		if i == 10 {
			w.BlobRead(blobOf("done"), 20*mib)
			w.BlobDone(blobOf("done"), 20*mib, nil)
			w.BlobStarted(blobOf("unknown"), -1, 1)
		}
		if i > 10 {
			w.BlobRead(blobOf("unknown"), 10000)
		}
		pass(100 * time.Millisecond)
	}
}

// TestBars are what people see at some widths.
func TestBars(t *testing.T) {
	for _, width := range []int{40, 60, 100, 200} {
		synctest.Test(t, func(t *testing.T) {
			w := watch(t.Context(), t, width, 24, true)
			w.underWay()
			golden(t, "bars-"+strconv.Itoa(width), w.seen())
			w.finish()
			golden(t, "end-"+strconv.Itoa(width), w.seen())
		})
	}
}

// finish has one destination fail and the rest succeed.
func (w watched) finish() {
	w.BlobDone(blobOf("unknown"), 490000, nil)
	w.BlobRead(blobOf("large"), 820*mib)
	w.BlobDone(blobOf("large"), 1000*mib, nil)
	w.BlobDone(blobOf("slow"), 80*mib, errBroken)
	w.Done("r.io/b:1", errBroken)
	pass(150 * time.Millisecond)
	w.Close()
}

// TestBarsAfterAResize narrows and widens terminals of both kinds.
func TestBarsAfterAResize(t *testing.T) {
	for _, c := range []struct {
		name    string
		reflows bool
		widths  []int
	}{
		{"resize-narrower", true, []int{100, 60}},
		{"resize-narrower-cut", false, []int{100, 60}},
		{"resize-much-narrower", true, []int{200, 45}},
		{"resize-wider", true, []int{60, 200}},
		{"resize-twice", true, []int{200, 60, 100}},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := watch(t.Context(), t, c.widths[0], 24, c.reflows)
			w.underWay()
			for _, width := range c.widths[1:] {
				w.resize(width)
			}
			pass(150 * time.Millisecond)
			golden(t, c.name, w.seen())
			w.finish()
			if screen := w.seen(); strings.ContainsAny(screen, "[>") || strings.Count(screen, "copied") != 1 {
				t.Errorf("%s: bars are left:\n%s", c.name, screen)
			}
		})
	}
}

// TestBarsAreInterrupted stops a copy as ^C does, which the terminal echoes.
func TestBarsAreInterrupted(t *testing.T) {
	for _, width := range []int{60, 100} {
		synctest.Test(t, func(t *testing.T) {
			ctx, interrupt := context.WithCancel(t.Context())
			w := watch(ctx, t, width, 24, true)
			w.underWay()
			w.echo("^C")
			interrupt()
			for _, name := range []string{"large", "unknown"} { // the engine tells of some, not of all
				w.BlobDone(blobOf(name), mib, context.Canceled)
			}
			w.BlobDone(blobOf("waiting"), mib, context.Canceled)
			w.Done("r.io/b:1", context.Canceled)
			pass(150 * time.Millisecond)
			w.Close()
			golden(t, "interrupted-"+strconv.Itoa(width), w.seen())
		})
	}
}

// TestTerminalShowsSomeBlobsOnly starts more blobs than there is room for.
func TestTerminalShowsSomeBlobsOnly(t *testing.T) {
	for _, c := range []struct{ height, bars int }{{50, 12}, {10, 6}, {4, 1}} {
		synctest.Test(t, func(t *testing.T) {
			w := watch(t.Context(), t, 80, c.height, true)
			w.Image("src", 1, 1, 30, 30*mib)
			for i := range 30 {
				w.BlobStarted(blobOf(strconv.Itoa(i)), mib, 1)
			}
			pass(time.Second)
			if got := strings.Count(w.seen(), "["); got != c.bars+1 {
				t.Errorf("%d rows: %d bars, want %d and the total's", c.height, got, c.bars)
			}
			for i := range 20 { // with bars and without
				w.BlobDone(blobOf(strconv.Itoa(i)), mib, nil)
			}
			pass(time.Second)
			if got := strings.Count(w.all(), " done\n"); got != 20 {
				t.Errorf("%d rows: %d blobs done, want 20:\n%s", c.height, got, w.all())
			}
			if got := strings.Count(w.all(), "["); got != min(c.bars, 10)+1 {
				t.Errorf("%d rows: %d bars, want %d and the total's:\n%s", c.height, got, min(c.bars, 10), w.all())
			}
			w.Close()
			if got := w.all(); strings.Contains(got, "[") || strings.Count(got, " interrupted\n") != 10 {
				t.Errorf("%d rows: after the end:\n%s", c.height, got)
			}
		})
	}
}

// TestTerminalDrawsSeldom counts what a busy copy writes.
func TestTerminalDrawsSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &recorded{}
		r := start(t.Context(), newTestTerminal(o, 0))
		r.Image("src", 1, 1, 1, 1000*mib)
		r.BlobStarted(blobOf("a"), 1000*mib, 1)
		for range 1000 {
			r.BlobRead(blobOf("a"), mib)
			pass(time.Millisecond)
		}
		r.Close()
		if o.writes > 8 {
			t.Errorf("%d writes in a second", o.writes)
		}
	})
}
