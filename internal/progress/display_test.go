package progress

import (
	"strings"
	"sync"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"
)

// A display is a terminal, by an emulator of one. The Reporter's goroutine writes, the test looks.
type display struct {
	mu       sync.Mutex
	emulator *vt.Emulator
	reflows  bool
	unbroken []string // rows before the last resize, nil once something was written
}

func newDisplay(t *testing.T, width, height int, reflows bool) *display {
	d := &display{emulator: vt.NewEmulator(width, height), reflows: reflows}
	t.Cleanup(func() { _ = d.emulator.Close() })
	d.echo("$ mirror src r.io/a:1 r.io/b:1\n")
	return d
}

func (d *display) size() (width, height int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.emulator.Width(), d.emulator.Height()
}

// Write is that of a program. The line discipline has a carriage return follow each line feed.
func (d *display) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.unbroken = nil
	_, err := d.emulator.WriteString(strings.ReplaceAll(string(p), "\n", "\r\n"))
	return len(p), err
}

// echo shows what the terminal echoes.
func (d *display) echo(text string) { _, _ = d.Write([]byte(text)) }

// seen returns what is on the screen, without blanks at the ends of lines and empty lines at the end.
func (d *display) seen() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.rows(), "\n") + "\n"
}

// all returns the same with the lines that have left the screen above.
func (d *display) all() string {
	seen := d.seen()
	d.mu.Lock()
	defer d.mu.Unlock()
	var above strings.Builder
	for y := range d.emulator.ScrollbackLen() {
		above.WriteString(d.line(y, d.emulator.ScrollbackCellAt) + "\n")
	}
	return above.String() + seen
}

func (d *display) rows() []string {
	var rows []string
	for y := range d.emulator.Height() {
		rows = append(rows, d.line(y, d.emulator.CellAt))
	}
	for len(rows) > 0 && rows[len(rows)-1] == "" {
		rows = rows[:len(rows)-1]
	}
	return rows
}

func (d *display) line(y int, cell func(x, y int) *uv.Cell) string {
	var line strings.Builder
	for x := range d.emulator.Width() {
		if c := cell(x, y); c != nil && c.Content != "" {
			line.WriteString(c.Content)
		} else {
			line.WriteByte(' ')
		}
	}
	return strings.TrimRight(line.String(), " ")
}

// resize gives the terminal another width. The emulator cuts lines off, as xterm does; one that
// reflows breaks them, and joins those that it has broken before.
func (d *display) resize(width int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.reflows {
		d.emulator.Resize(width, d.emulator.Height())
		return
	}
	if d.unbroken == nil {
		d.unbroken = d.rows()
	}
	var broken strings.Builder
	for _, row := range d.unbroken {
		for len(row) > width {
			broken.WriteString(row[:width] + "\r\n")
			row = row[width:]
		}
		broken.WriteString(row + "\r\n")
	}
	d.emulator.Resize(width, d.emulator.Height())
	_, _ = d.emulator.WriteString("\x1b[2J\x1b[H" + broken.String())
}
