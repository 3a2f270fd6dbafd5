package progress

import (
	"maps"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"
)

// A tally is how far a copy is.
type tally struct {
	started time.Time // zero until the image is known
	blobs   int
	size    int64 // bytes to copy
	bytes   int64 // of them, those that are copied

	read   int64     // bytes read since the beginning, also those read for nothing
	moved  time.Time // when the first of them was seen, by a snapshot; zero if none was
	rate   rate      // of read
	order  int       // blobs started since the beginning
	moving map[digest.Digest]*blob
	ended  map[digest.Digest]ended
	before outcomes // of those that are in ended no more
}

// mostEnded is how many blobs that have ended are told from each other.
const mostEnded = 50_000

// outcomes says how many blobs are where they should be, how many failed, and how many ended.
type outcomes struct{ done, failed, all int }

func (o *outcomes) add(e ended) {
	o.all++
	switch {
	case e.failed:
		o.failed++
	case !e.interrupted:
		o.done++
	}
}

// A blob is one that moves.
type blob struct {
	order   int
	started time.Time
	size    int64 // -1 if unknown
	read    int64
	rate    rate
}

// counts returns how many bytes of the blob count as copied.
func (b *blob) counts() int64 {
	if b.size < 0 {
		return 0 // no part of the size to copy
	}
	return min(b.read, b.size)
}

// ended is what a blob added to the tally by its end, so that it can be taken back.
type ended struct {
	size, bytes         int64
	failed, interrupted bool
}

func (t *tally) image(now time.Time, blobs int, size int64) {
	if t.started.IsZero() {
		t.started = now
		t.rate.add(now, t.read)
	}
	t.blobs, t.size = t.blobs+blobs, t.size+size
	if t.moving == nil {
		t.moving, t.ended = map[digest.Digest]*blob{}, map[digest.Digest]ended{}
	}
}

func (t *tally) blobStarted(now time.Time, d digest.Digest, size int64) {
	if t.started.IsZero() {
		t.image(now, 0, 0)
	}
	if e, ok := t.ended[d]; ok {
		t.size -= e.size
		t.bytes -= e.bytes
		delete(t.ended, d)
	}
	if b := t.moving[d]; b != nil {
		t.bytes -= b.counts()
	}
	t.order++
	b := &blob{order: t.order, started: now, size: size}
	b.rate.add(now, 0)
	t.moving[d] = b
}

func (t *tally) blobRead(d digest.Digest, n int64) {
	t.read += n
	if b := t.moving[d]; b != nil {
		before := b.counts()
		b.read += n
		t.bytes += b.counts() - before
	}
}

// blobDone returns the blob as it was while it moved, nil if it did not.
func (t *tally) blobDone(d digest.Digest, size int64, err error, interrupted bool) *blob {
	if t.started.IsZero() {
		return nil
	}
	b := t.moving[d]
	if e, again := t.ended[d]; again && b == nil {
		if err == nil {
			e.failed, e.interrupted = false, false
		}
		t.ended[d] = e
		return nil
	}
	delete(t.moving, d)
	e := ended{failed: err != nil && !interrupted, interrupted: interrupted}
	switch {
	case b == nil:
		e.size = -max(size, 0)
	case err == nil:
		e.bytes = max(b.size, 0)
		t.bytes -= b.counts()
	default: // what was not read won't be
		e.bytes = b.counts()
		t.bytes -= e.bytes
		e.size = e.bytes - max(b.size, 0)
	}
	t.size += e.size
	t.bytes += e.bytes
	if len(t.ended) >= mostEnded {
		for _, e := range t.ended {
			t.before.add(e)
		}
		clear(t.ended)
	}
	t.ended[d] = e
	return b
}

// A snapshot is a tally at one moment, to be shown.
type snapshot struct {
	at, started time.Time // started is zero if the image is not known yet
	moved       time.Time // since when bytes move; zero if none has yet
	interrupted bool      // the copy was stopped
	blobs       int       // to copy
	done        int       // of them, those that are where they should be
	failed      int
	size, bytes int64   // to copy, copied
	read        int64   // read from the source, also for nothing
	rate        float64 // bytes per second, over the last seconds
	moving      []movingBlob
}

// A movingBlob is one that moves at the moment of a snapshot.
type movingBlob struct {
	digest     digest.Digest
	size, read int64
	rate       float64
}

// snapshot takes a sample for the rates, too. Blobs that move are in the order they began.
func (t *tally) snapshot(now time.Time) snapshot {
	if t.started.IsZero() {
		return snapshot{at: now}
	}
	t.rate.add(now, t.read)
	if t.moved.IsZero() && t.read > 0 {
		t.moved = now
	}
	s := snapshot{at: now, started: t.started, moved: t.moved, read: t.read, rate: t.rate.perSecond()}
	ended := t.before
	for _, e := range t.ended {
		ended.add(e)
	}
	s.done, s.failed = ended.done, ended.failed
	s.blobs = max(t.blobs, ended.all+len(t.moving))
	s.size, s.bytes = max(t.size, t.bytes), t.bytes
	byOrder := func(a, b digest.Digest) int { return t.moving[a].order - t.moving[b].order }
	for _, d := range slices.SortedFunc(maps.Keys(t.moving), byOrder) {
		b := t.moving[d]
		b.rate.add(now, b.read)
		s.moving = append(s.moving, movingBlob{digest: d, size: b.size, read: b.read, rate: b.rate.perSecond()})
	}
	return s
}

const (
	// settled is for how long bytes have moved until their rate says something about the rest: what
	// comes first is held up by connections and logins.
	settled = rateWindow
	// maxLeft is the longest time that is worth telling: more means that nothing moves.
	maxLeft = 100 * time.Hour
)

// left returns how long the rest takes at the present rate, if that can be said.
func (s snapshot) left() (time.Duration, bool) {
	rest := s.size - s.bytes
	if rest <= 0 || s.rate < 1 || s.moved.IsZero() || s.at.Sub(s.moved) < settled {
		return 0, false
	}
	seconds := float64(rest) / s.rate
	if seconds > maxLeft.Seconds() {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}

// rateWindow is how far back a rate looks.
const rateWindow = 5 * time.Second

// A rate is that of a growing number over the last rateWindow. The number is sampled at
// every interval of the view, which bounds the samples.
type rate struct{ samples []sample }

type sample struct {
	at    time.Time
	bytes int64
}

// add takes a sample and forgets those that are too old.
func (r *rate) add(at time.Time, bytes int64) {
	r.samples = append(r.samples, sample{at, bytes})
	old := 0
	for old < len(r.samples)-2 && at.Sub(r.samples[old+1].at) >= rateWindow {
		old++
	}
	r.samples = r.samples[:copy(r.samples, r.samples[old:])]
}

// perSecond returns the rate in bytes per second, 0 if it is not known yet.
func (r *rate) perSecond() float64 {
	if len(r.samples) == 0 {
		return 0
	}
	first, last := r.samples[0], r.samples[len(r.samples)-1]
	elapsed := last.at.Sub(first.at).Seconds()
	if elapsed <= 0 {
		return 0
	}
	return float64(last.bytes-first.bytes) / elapsed
}
