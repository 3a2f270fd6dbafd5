package progress

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"ecrmirror/internal/output"

	"github.com/opencontainers/go-digest"
)

const (
	barsAtOnce = 12 // blobs that have a bar at the same time
	// otherRows are the rows of a terminal that bars leave free: totals, cursor, some text above.
	otherRows = 4
	// defaultWidth is taken for that of a terminal that does not tell.
	defaultWidth = 80
	maxBar       = 42 // columns
)

// A form is how much a frame tells. Its columns have fixed widths, so that they
// stay where they are while the numbers grow.
type form struct {
	words  bool // labels are sentences
	bytes  bool // how many of how many
	minBar int  // columns that the bar takes at least; 0 is no bar
}

// forms are those that there are, the first that fits is taken.
var forms = []form{
	{words: true, bytes: true, minBar: 20},
	{bytes: true, minBar: 20},
	{minBar: 8},
	{},
}

const (
	percentColumn = len("100%")
	bytesColumn   = len("1023.9 MiB / 1023.9 MiB")
	speedColumn   = len("1023.9 MiB/s")
	leftColumn    = len("59 min 59 s") // the word follows where there is room
)

// A row is a line of a frame before it is laid out.
type row struct {
	label      string
	size, read int64 // a size of -1 is unknown
	rate       float64
	complete   bool
	time       string // that is left, "" if it is not known
}

// frame returns the lines of a moment: a bar for each blob that moves, as far as there is room, and
// a last one for all of them. No line is as wide as the terminal. A width or height of 0 is unknown.
func frame(now snapshot, width, height int) []string {
	if width <= 0 {
		width = defaultWidth
	}
	moving := now.moving[:min(len(now.moving), barsFor(height))]
	for i, f := range forms {
		rows := f.rows(moving, now)
		bar := min(width-1-f.besideBar(rows), maxBar)
		if f.minBar > 0 && bar < f.minBar && i < len(forms)-1 {
			continue
		}
		lines := make([]string, len(rows))
		for i, r := range rows {
			lines[i] = fit(width-1, f.line(r, labelWidth(rows), bar, now.at.Sub(now.started)), r.left())
		}
		return lines
	}
	return nil
}

// barsFor returns how many blobs have a bar in a terminal of so many rows.
func barsFor(height int) int {
	if height <= 0 {
		return barsAtOnce
	}
	return min(barsAtOnce, max(height-otherRows, 1))
}

func (f form) rows(moving []movingBlob, now snapshot) []row {
	var rows []row
	for _, b := range moving {
		r := row{label: short(b.digest), size: b.size, read: b.read, rate: b.rate}
		if f.words {
			r.label = label(b.digest)
		}
		rows = append(rows, r)
	}
	all := row{label: blobsShort(now), size: now.size, read: now.bytes, rate: now.rate, complete: now.done == now.blobs}
	if f.words {
		all.label = "Copied " + blobCount(now)
	}
	if left, ok := now.left(); ok {
		all.time = roughly(left)
	}
	return append(rows, all)
}

// besideBar returns how many columns everything but the bar takes.
func (f form) besideBar(rows []row) int {
	columns := labelWidth(rows) + 2 + percentColumn + 2 + speedColumn + 2 + leftColumn
	if f.bytes {
		columns += 2 + bytesColumn
	}
	if f.minBar > 0 {
		columns++
	}
	return columns
}

func labelWidth(rows []row) int {
	width := 0
	for _, r := range rows {
		width = max(width, len(r.label))
	}
	return width
}

func (f form) line(r row, label, bar int, elapsed time.Duration) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-*s ", label, r.label)
	if f.minBar > 0 {
		b.WriteString(r.bar(bar, elapsed) + " ")
	}
	fmt.Fprintf(&b, "%*s", percentColumn, r.percent())
	if f.bytes {
		fmt.Fprintf(&b, "  %*s", bytesColumn, r.bytes())
	}
	fmt.Fprintf(&b, "  %*s", speedColumn, speed(r.rate))
	if r.time != "" {
		b.WriteString("  " + r.time)
	}
	return b.String()
}

func (r row) left() string {
	if r.time == "" {
		return ""
	}
	return " left"
}

// percent returns how much of the blob is there, "" if its size is not known.
func (r row) percent() string {
	switch {
	case r.size < 0:
		return ""
	case r.size == 0 && !r.complete:
		return "0%"
	}
	return percent(r.read, r.size)
}

func (r row) bytes() string {
	if r.size < 0 {
		return output.Bytes(r.read)
	}
	return output.Bytes(r.read) + " / " + output.Bytes(r.size)
}

// bar draws how much of the blob is there. Where its size is not known, something moves.
func (r row) bar(width int, elapsed time.Duration) string {
	inside := width - len("[]")
	if r.size < 0 {
		const block = "<=>"
		at := int(elapsed/(150*time.Millisecond)) % (inside - len(block) + 1)
		return "[" + strings.Repeat(" ", at) + block + strings.Repeat(" ", inside-len(block)-at) + "]"
	}
	filled := 0
	if r.size > 0 {
		filled = int(float64(inside) * float64(min(r.read, r.size)) / float64(r.size))
	} else if r.complete {
		filled = inside
	}
	text := strings.Repeat("=", filled)
	if filled > 0 && filled < inside {
		text = text[1:] + ">"
	}
	return "[" + text + strings.Repeat(" ", inside-filled) + "]"
}

func label(d digest.Digest) string { return "Copying blob " + short(d) }

// fit returns the line with what may follow it, as much as there is room for.
func fit(width int, line, more string) string {
	switch size := utf8.RuneCountInString(line); {
	case size > width:
		return string([]rune(line)[:max(width, 0)])
	case size+utf8.RuneCountInString(more) <= width:
		return line + more
	}
	return line
}
