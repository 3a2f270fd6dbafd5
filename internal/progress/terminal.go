package progress

import (
	"cmp"
	"io"
	"time"
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
		text = append(text, label(b.digest)+interrupted) // nobody has ended them
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
			text = append(text, "Destination "+e.destination+failed) // why is said at the end
		}
	}
	return text
}

const (
	done        = " done"
	failed      = " failed"
	interrupted = " interrupted"
)

// outcome says how a blob ended.
func outcome(e event) string {
	switch {
	case e.interrupted:
		return interrupted
	case e.err != nil:
		return failed
	case e.moved:
		return done
	}
	return " skipped: already exists"
}
