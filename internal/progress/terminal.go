package progress

import (
	"cmp"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// terminal draws a bar for each blob that moves, and one for all of them below. What is
// done stays above as plain text.
type terminal struct {
	screen screen
	size   func() (width, height int) // columns and rows, 0 if unknown
	shown  bool                       // bars were drawn
}

// newTerminal returns a view that draws to w, a terminal of that size. reflows says that the
// terminal breaks lines that are too long for it once it is narrowed.
func newTerminal(w io.Writer, size func() (width, height int), reflows bool) *terminal {
	return &terminal{screen: screen{w: w, reflows: reflows}, size: size}
}

func (t *terminal) interval() time.Duration { return 150 * time.Millisecond }

func (t *terminal) show(events []event, now snapshot) {
	if now.started.IsZero() {
		return
	}
	width, height := t.size()
	t.shown = true
	t.screen.draw(told(events), frame(now, width, height), width)
}

func (t *terminal) close(events []event, now snapshot) {
	text := told(blobsOf(events)) // destinations come next, in the result
	for _, b := range now.moving {
		text = append(text, label(b.digest)+wasInterrupted) // no event has ended them
	}
	width, _ := t.size()
	if now.read > 0 || t.shown && now.interrupted {
		text = append(text, fit(cmp.Or(width, defaultWidth), result(now), meanSpeed(now)))
	}
	t.screen.draw(text, nil, width)
}

// told returns what the events leave above the bars, a line each.
func told(events []event) []string {
	var text []string
	for _, e := range events {
		switch {
		case e.kind == blobDone && (e.moved || e.err == nil):
			text = append(text, label(e.digest)+outcome(e))
		case e.kind == destinationSetAside:
			text = append(text, "Destination "+e.destination+" set aside: it held up faster ones")
		case e.kind == destinationDone && e.err != nil && !e.interrupted:
			text = append(text, "Destination "+e.destination+wasFailed) // why is said at the end
		}
	}
	return text
}

const (
	wasDone        = " done"
	wasFailed      = " failed"
	wasInterrupted = " interrupted"
)

// outcome says how a blob ended.
func outcome(e event) string {
	switch {
	case e.interrupted:
		return wasInterrupted
	case e.err != nil:
		return wasFailed
	case e.moved:
		return wasDone
	}
	return " skipped: already exists"
}

// A screen has a frame, some lines at its end that are drawn anew again and again.
type screen struct {
	w       io.Writer
	reflows bool
	frame   []string // as it was drawn last
}

// Rows are erased one by one: tmux keeps a copy of a screen that is erased at once.
const (
	eraseLine  = "\r\x1b[2K"
	eraseAndUp = eraseLine + "\x1b[A"
)

// draw puts a frame in the place of the last one, and text above it that stays. The
// terminal has width columns now; 0 is unknown. What was typed meanwhile stands in the cursor's line, ^C for one, and
// is erased, too. It is one write, so that nothing is seen half-drawn.
func (s *screen) draw(text, frame []string, width int) {
	if len(text)+len(frame)+len(s.frame) == 0 {
		return
	}
	var b strings.Builder
	b.WriteString(strings.Repeat(eraseAndUp, s.rows(width)) + eraseLine)
	for _, line := range append(text, frame...) {
		b.WriteString(line + "\n")
	}
	s.frame = frame
	_, _ = io.WriteString(s.w, b.String()) // nothing can be done about it
}

// rows returns how many rows the last frame takes in a terminal of that width. One that was
// narrowed since has broken the lines that are too long for it, or cut them off.
func (s *screen) rows(width int) int {
	rows := len(s.frame)
	if !s.reflows || width <= 0 {
		return rows
	}
	for _, line := range s.frame {
		rows += max(0, utf8.RuneCountInString(line)-1) / width
	}
	return rows
}
