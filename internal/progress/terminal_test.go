package progress

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vbauerster/mpb/v8"
)

// newTestTerminal draws as on a terminal 80 columns wide.
func newTestTerminal(o *output, height int) *terminal {
	return newTerminal(o, func() int { return height }, mpb.ForceTTY())
}

// up is what mpb moves the cursor by: some lines up, and all below is erased.
var up = regexp.MustCompile(`\x1b\[(\d+)A\x1b\[J`)

// screenOf returns what somebody sees after the output, without blanks at the ends of lines.
func screenOf(text string) string {
	var seen []string
	for {
		at := up.FindStringSubmatchIndex(text)
		if at == nil {
			break
		}
		seen = append(seen, strings.SplitAfter(text[:at[0]], "\n")...)
		n, _ := strconv.Atoi(text[at[2]:at[3]])
		seen = seen[:len(seen)-1] // what follows the last line break is empty
		seen, text = seen[:max(len(seen)-n, 0)], text[at[1]:]
	}
	seen = append(seen, strings.SplitAfter(text, "\n")...)
	for i := range seen {
		if line, ok := strings.CutSuffix(seen[i], "\n"); ok {
			seen[i] = strings.TrimRight(line, " ") + "\n"
		}
	}
	return strings.Join(seen, "")
}

const cols = 80

func TestTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &output{}
		r := start(newTestTerminal(o, 0))
		var all string
		sees := func(want ...string) {
			t.Helper()
			all += o.take()
			if diff := cmp.Diff(lines(want...), screenOf(all)); diff != "" {
				t.Errorf("screen (-want +got):\n%s", diff)
			}
		}
		a, b, c, d := blobOf("a"), blobOf("b"), blobOf("c"), blobOf("d")
		pass(time.Second)
		sees() // the image is not known yet
		r.Image("src", 2, 3, 5, 101*mib)
		r.BlobStarted(a, 64*mib, 2)
		r.BlobStarted(b, 36*mib, 1)
		pass(150 * time.Millisecond)
		sees(
			"Copying blob "+short(a)+" [-----------------------------] 0 B / 64.0 MiB | 0 B/s",
			"Copying blob "+short(b)+" [-----------------------------] 0 B / 36.0 MiB | 0 B/s",
			"copied 0 of 5 blobs, 0 B of 101.0 MiB, 0 B/s")
		r.BlobRead(a, 16*mib)
		r.BlobRead(b, 36*mib)
		r.BlobDone(c, mib, nil)
		pass(1950 * time.Millisecond)
		sees(
			"Copying blob "+short(c)+" skipped: already exists",
			"Copying blob "+short(a)+" [====>---------------] 16.0 MiB / 64.0 MiB | 8.0 MiB/s",
			"Copying blob "+short(b)+" [==================>] 36.0 MiB / 36.0 MiB | 18.0 MiB/s",
			"copied 1 of 5 blobs, 52.0 MiB of 100.0 MiB, 26.0 MiB/s, 2 s left")
		r.BlobDone(b, 36*mib, nil)
		r.BlobStarted(d, -1, 1)
		r.BlobRead(d, 1000)
		r.BlobStarted(blobOf("e"), 10*mib, 1)
		pass(150 * time.Millisecond)
		r.BlobDone(blobOf("e"), 10*mib, errBroken)
		r.Done("r.io/b:1", errBroken)
		pass(150 * time.Millisecond)
		screen := screenOf(all + o.take())
		r.Close()
		for _, want := range []string{
			"Copying blob " + short(b) + " done\n",
			"Copying blob " + short(blobOf("e")) + " failed\n",
			"Destination r.io/b:1 failed\n",
			"1000 B | ",
			"copied 2 of 5 blobs (1 failed), 52.0 MiB of 90.0 MiB, ",
		} {
			if !strings.Contains(screen, want) {
				t.Errorf("%q is not on the screen:\n%s", want, screen)
			}
		}
	})
}

// TestTerminalShowsSomeBlobsOnly starts more blobs than there is room for.
func TestTerminalShowsSomeBlobsOnly(t *testing.T) {
	for _, c := range []struct{ height, bars int }{{0, 12}, {50, 12}, {10, 6}, {3, 1}} {
		synctest.Test(t, func(t *testing.T) {
			o := &output{}
			r := start(newTestTerminal(o, c.height))
			r.Image("src", 1, 1, 30, 30*mib)
			for i := range 30 {
				r.BlobStarted(blobOf(strconv.Itoa(i)), mib, 1)
			}
			pass(time.Second)
			all := o.take()
			if got := strings.Count(screenOf(all), " / "); got != c.bars {
				t.Errorf("%d rows: %d bars, want %d", c.height, got, c.bars)
			}
			for i := range 20 { // with bars and without
				r.BlobDone(blobOf(strconv.Itoa(i)), mib, nil)
			}
			pass(time.Second)
			all += o.take()
			screen := screenOf(all)
			if got := strings.Count(screen, " done\n"); got != 20 {
				t.Errorf("%d rows: %d blobs done, want 20:\n%s", c.height, got, screen)
			}
			for _, frame := range up.FindAllStringSubmatch(all, -1) { // also with those that have ended
				if got, _ := strconv.Atoi(frame[1]); got > c.bars+1 {
					t.Errorf("%d rows: a frame of %d rows, want %d at most", c.height, got, c.bars+1)
				}
			}
			if got := strings.Count(screen, " / "); got != min(c.bars, 10) {
				t.Errorf("%d rows: %d bars, want %d", c.height, got, min(c.bars, 10))
			}
			r.Close()
			if got := screenOf(all + o.take()); strings.Contains(got, " / ") || strings.Count(got, "copied ") > 1 {
				t.Errorf("%d rows: bars are left:\n%s", c.height, got)
			}
		})
	}
}

// TestTerminalDrawsSeldom counts what a busy copy writes.
func TestTerminalDrawsSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &output{}
		r := start(newTestTerminal(o, 0))
		r.Image("src", 1, 1, 1, 1000*mib)
		r.BlobStarted(blobOf("a"), 1000*mib, 1)
		for range 1000 {
			r.BlobRead(blobOf("a"), mib)
			pass(time.Millisecond)
		}
		r.Close()
		if o.writes > 15 {
			t.Errorf("%d writes in a second", o.writes)
		}
	})
}

func TestTerminalLinesFit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &output{}
		r := start(newTestTerminal(o, 0))
		r.Image("src", 1, 1, 1000, 1000<<30)
		r.BlobStarted(blobOf("a"), 1000<<30, 1)
		r.BlobRead(blobOf("a"), 500<<30)
		pass(time.Second)
		for line := range strings.Lines(screenOf(o.take())) {
			if n := len([]rune(line)) - 1; n > cols {
				t.Errorf("%d columns: %s", n, line)
			}
		}
		r.Close()
	})
}
