package progress

import (
	"errors"
	"io"
	"math"
	"sync/atomic"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

const (
	barsAtOnce = 12 // blobs that have a bar at the same time
	barWidth   = 40 // columns
	// otherRows are the rows of a terminal that bars leave free: totals, cursor, some text above.
	otherRows = 4
)

// terminal draws a bar for each blob that moves, in the style of go.podman.io/image, and
// a line of totals below. What is done stays above as plain text.
//
// The pool of bars draws when it is told by refresh, not by itself, so that what it
// draws is of one moment.
type terminal struct {
	height  func() int // rows, 0 if unknown
	pool    *mpb.Progress
	refresh chan any
	ended   chan any // closed when the pool draws no more
	bars    map[digest.Digest]*bar
	// leaving counts the bars that ended since the last frame, and in the two before: the
	// pool draws each of them three times more, so that they take room still.
	leaving [3]int
	totals  *bar // nil until the image is known
}

// newTerminal returns a view that draws to w, which need not be a terminal if an option
// says how to draw then.
func newTerminal(w io.Writer, height func() int, options ...mpb.ContainerOption) *terminal {
	t := &terminal{height: height, refresh: make(chan any), ended: make(chan any), bars: map[digest.Digest]*bar{}}
	t.pool = mpb.New(append(options, mpb.WithOutput(w), mpb.PopCompletedMode(),
		mpb.WithManualRefresh(t.refresh), mpb.WithShutdownNotifier(t.ended))...)
	return t
}

func (t *terminal) interval() time.Duration { return 150 * time.Millisecond }

func (t *terminal) show(events []event, now snapshot) {
	t.events(events)
	if now.started.IsZero() {
		return
	}
	limit := barsAtOnce
	if rows := t.height(); rows > 0 {
		limit = min(limit, max(rows-otherRows, 1))
	}
	for _, b := range now.moving {
		t.move(b, limit)
	}
	if t.totals == nil {
		t.totals = t.add(mpb.NopStyle(), mpb.BarPriority(math.MaxInt), mpb.BarNoPop(), mpb.BarFillerTrim())
	}
	t.totals.say(summary(now))
	t.draw()
}

func (t *terminal) events(events []event) {
	for _, e := range events {
		switch {
		case e.kind == blobDone && t.bars[e.digest] != nil:
			t.bars[e.digest].end(e.err)
			t.leaving[0]++
			delete(t.bars, e.digest)
		case e.kind == blobDone && (e.moved || e.err == nil):
			t.line(label(e.digest) + outcome(e))
		case e.kind == destinationDone && e.err != nil:
			t.line("Destination " + e.destination + " failed") // why is said at the end
		}
	}
}

func label(d digest.Digest) string { return "Copying blob " + short(d) }

// outcome says how a blob without a bar ended.
func outcome(e event) string {
	switch {
	case e.err != nil:
		return failed
	case e.moved:
		return done
	}
	return " skipped: already exists"
}

const (
	done   = " done"
	failed = " failed"
)

// move shows how far a blob is. One beyond the limit waits for another to be done.
func (t *terminal) move(now movingBlob, limit int) {
	b := t.bars[now.digest]
	if b == nil {
		if len(t.bars)+t.leaving[0]+t.leaving[1]+t.leaving[2] >= limit {
			return
		}
		b = t.add(style(now.size), blobOptions(now.digest)...)
		t.bars[now.digest] = b
	}
	b.advance(now)
}

func style(size int64) mpb.BarFillerBuilder {
	if size > 0 {
		return mpb.BarStyle()
	}
	return mpb.SpinnerStyle(".", "..", "...", "....", "").PositionLeft()
}

func blobOptions(d digest.Digest) []mpb.BarOption {
	name := decor.OnAbort(decor.Name(label(d)), label(d)+failed)
	return []mpb.BarOption{
		mpb.BarWidth(barWidth), mpb.BarFillerClearOnComplete(), mpb.BarFillerClearOnAbort(),
		mpb.PrependDecorators(decor.OnComplete(name, label(d)+done)),
	}
}

// add adds a bar that ends with text. It never completes by itself: a blob that was read
// to its end is not at its destinations yet.
func (t *terminal) add(style mpb.BarFillerBuilder, options ...mpb.BarOption) *bar {
	b := &bar{}
	b.say("")
	text := decor.Any(func(decor.Statistics) string { return *b.text.Load() })
	options = append(options, mpb.AppendDecorators(decor.OnCompleteOrOnAbort(text, "")))
	// Where the output is broken there are no bars any more, which is no error here.
	b.Bar, _ = t.pool.Add(0, style.Build(), options...)
	return b
}

// line writes a line above the bars.
func (t *terminal) line(text string) { _, _ = io.WriteString(t.pool, text+"\n") }

// draw draws everything as it is now.
func (t *terminal) draw() {
	select {
	case t.refresh <- time.Now():
	case <-t.ended:
	}
	t.leaving = [3]int{0, t.leaving[0], t.leaving[1]}
}

func (t *terminal) close(events []event, now snapshot) {
	t.events(blobsOf(events)) // destinations come next, in the result
	for _, b := range t.bars {
		b.end(errStopped)
	}
	if t.totals != nil {
		t.totals.drop()
	}
	// A bar that has ended is drawn, then ended by the pool, then gone.
	for range 3 {
		t.draw()
	}
	if now.read > 0 {
		t.line(conclusion(now))
		t.draw()
	}
	t.pool.Wait()
}

// errStopped ends blobs that nobody has ended.
var errStopped = errors.New("stopped")

// A bar is a line that changes. Without its mpb.Bar nothing is drawn any more.
type bar struct {
	*mpb.Bar
	text atomic.Pointer[string]
}

func (b *bar) say(text string) { b.text.Store(&text) }

func (b *bar) advance(now movingBlob) {
	if b.Bar == nil {
		return
	}
	progress := Bytes(now.read)
	if now.size > 0 {
		b.SetTotal(now.size, false)
		progress += " / " + Bytes(now.size)
	}
	b.SetCurrent(min(now.read, max(now.size, 0)))
	b.say(progress + " | " + speed(now.rate))
}

// end leaves the bar's line as what became of the blob.
func (b *bar) end(err error) {
	switch {
	case b.Bar == nil:
	case err != nil:
		b.Abort(false)
	default:
		b.SetTotal(-1, true)
	}
}

// drop removes the bar.
func (b *bar) drop() {
	if b.Bar != nil {
		b.Abort(true)
	}
}
