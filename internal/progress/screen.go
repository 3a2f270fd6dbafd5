package progress

import (
	"io"
	"strings"
	"unicode/utf8"
)

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
