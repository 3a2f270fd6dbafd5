package progress

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTally(t *testing.T) {
	a, b := blobOf("a"), blobOf("b")
	now := time.Unix(1000, 0)
	type numbers struct {
		Blobs, Done, Failed, Moving int
		Bytes, Size, Read           int64
	}
	for _, c := range []struct {
		name string
		do   func(t *tally)
		want numbers
	}{
		{"nothing known", func(*tally) {}, numbers{}},
		{"nothing done", func(t *tally) { t.image(now, 3, 30) }, numbers{Blobs: 3, Size: 30}},
		{"half a blob", func(t *tally) {
			t.image(now, 3, 30)
			t.blobStarted(now, a, 10)
			t.blobRead(a, 5)
		}, numbers{Blobs: 3, Moving: 1, Bytes: 5, Size: 30, Read: 5}},
		{"read is not done", func(t *tally) {
			t.image(now, 3, 30)
			t.blobStarted(now, a, 10)
			t.blobRead(a, 10)
		}, numbers{Blobs: 3, Moving: 1, Bytes: 10, Size: 30, Read: 10}},
		{"done", func(t *tally) {
			t.image(now, 3, 30)
			t.blobStarted(now, a, 10)
			t.blobRead(a, 10)
			t.blobDone(a, 10, nil, false)
			t.blobDone(a, 10, nil, false)
		}, numbers{Blobs: 3, Done: 1, Bytes: 10, Size: 30, Read: 10}},
		{"nobody lacked it", func(t *tally) {
			t.image(now, 3, 30)
			t.blobDone(a, 10, nil, false)
		}, numbers{Blobs: 3, Done: 1, Size: 20}},
		{"failed half way", func(t *tally) {
			t.image(now, 3, 30)
			t.blobStarted(now, a, 10)
			t.blobRead(a, 4)
			t.blobDone(a, 10, errBroken, false)
		}, numbers{Blobs: 3, Failed: 1, Bytes: 4, Size: 24, Read: 4}},
		{"failed, then copied", func(t *tally) {
			t.image(now, 3, 30)
			t.blobStarted(now, a, 10)
			t.blobRead(a, 4)
			t.blobDone(a, 10, errBroken, false)
			t.blobStarted(now, a, 10)
			t.blobRead(a, 10)
			t.blobDone(a, 10, nil, false)
		}, numbers{Blobs: 3, Done: 1, Bytes: 10, Size: 30, Read: 14}},
		{"failed, then found there", func(t *tally) {
			t.image(now, 3, 30)
			t.blobDone(a, 10, errBroken, false)
			t.blobDone(a, 10, nil, false)
		}, numbers{Blobs: 3, Done: 1, Size: 20}},
		{"begun again while it moves", func(t *tally) {
			t.image(now, 3, 30)
			t.blobStarted(now, a, 10)
			t.blobRead(a, 4)
			t.blobStarted(now, a, 10)
			t.blobRead(a, 1)
		}, numbers{Blobs: 3, Moving: 1, Bytes: 1, Size: 30, Read: 5}},
		{"more bytes than its size", func(t *tally) {
			t.image(now, 3, 30)
			t.blobStarted(now, a, 10)
			t.blobRead(a, 25)
		}, numbers{Blobs: 3, Moving: 1, Bytes: 10, Size: 30, Read: 25}},
		{"unknown size", func(t *tally) {
			t.image(now, 3, 30)
			t.blobStarted(now, a, -1)
			t.blobRead(a, 25)
			t.blobDone(a, -1, nil, false)
		}, numbers{Blobs: 3, Done: 1, Size: 30, Read: 25}},
		{"empty blob", func(t *tally) {
			t.image(now, 1, 0)
			t.blobStarted(now, a, 0)
			t.blobDone(a, 0, nil, false)
		}, numbers{Blobs: 1, Done: 1}},
		{"more blobs than told", func(t *tally) {
			t.blobStarted(now, a, 10)
			t.blobStarted(now, b, 10)
			t.blobDone(b, 10, nil, false)
		}, numbers{Blobs: 2, Done: 1, Moving: 1, Bytes: 10, Size: 10}},
		{"nobody knows the blob", func(t *tally) { t.blobRead(a, 5); t.blobDone(a, 5, nil, false) }, numbers{}},
		{"told of another image", func(t *tally) {
			t.image(now, 3, 30)
			t.blobStarted(now, a, 10)
			t.blobRead(a, 4)
			t.blobDone(a, 10, nil, false)
			t.image(now, 1, 20)
		}, numbers{Blobs: 4, Done: 1, Bytes: 10, Size: 50, Read: 4}},
	} {
		var tally tally
		c.do(&tally)
		s := tally.snapshot(now)
		got := numbers{s.blobs, s.done, s.failed, len(s.moving), s.bytes, s.size, s.read}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestRate(t *testing.T) {
	begin := time.Unix(1000, 0)
	for _, c := range []struct {
		name    string
		samples []sample // at is relative to begin
		want    float64
	}{
		{"none", nil, 0},
		{"one", at(0, 100), 0},
		{"two at once", at(0, 100, 0, 200), 0},
		{"steady", at(0, 0, 1, 10, 2, 20), 10},
		{"only the last seconds count", at(0, 0, 1, 1000, 2, 1000, 3, 1000, 4, 1000, 5, 1000, 6, 1000, 7, 1010), 2},
		{"after a gap", at(0, 0, 100, 1000), 10},
		{"stalled", at(0, 0, 1, 1000, 2, 1000, 3, 1000, 4, 1000, 5, 1000, 6, 1000), 0},
	} {
		var r rate
		for _, s := range c.samples {
			r.add(begin.Add(s.at.Sub(time.Time{})), s.bytes)
		}
		if got := r.perSecond(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if len(r.samples) > 7 {
			t.Errorf("%s: %d samples kept", c.name, len(r.samples))
		}
	}
}

// at makes samples of pairs of seconds and bytes.
func at(pairs ...int64) []sample {
	var samples []sample
	for i := 0; i < len(pairs); i += 2 {
		samples = append(samples, sample{time.Time{}.Add(time.Duration(pairs[i]) * time.Second), pairs[i+1]})
	}
	return samples
}

// However many blobs hostile images name, what is remembered of them is bounded, and counted nevertheless.
func TestWhatATallyRemembersIsBounded(t *testing.T) {
	const blobs = 3*mostEnded + 7
	var all tally
	all.image(time.Unix(1000, 0), blobs, 0)
	for n := range blobs {
		all.blobDone(blobOf(fmt.Sprint(n)), 0, map[bool]error{true: errBroken}[n%3 == 0], false)
	}
	s := all.snapshot(time.Unix(1001, 0))
	if len(all.ended) > mostEnded || s.blobs != blobs || s.failed != blobs/3+1 || s.done != blobs-s.failed {
		t.Errorf("%d remembered; %d of %d done, %d failed", len(all.ended), s.done, s.blobs, s.failed)
	}
}
