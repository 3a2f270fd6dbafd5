package syncview

import (
	"bytes"
	"fmt"
	"iter"
	"strings"

	"ecrmirror/internal/printable"
)

// mostBytes is how much GitHub takes for a step. Of a larger summary it shows nothing:
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
const mostBytes = 1 << 20

// reserved is what the sentences take that say what was left out, in bytes.
const reserved = 1000

// A page is Markdown of a limited size.
type page struct {
	text bytes.Buffer
	most int // bytes
}

func (p *page) write(text string) { p.text.WriteString(text) }

// section writes a heading and as many lines as the page has room for up to most bytes, and then says how many there
// are besides. Without lines it writes nothing.
func (p *page) section(heading string, most int, lines iter.Seq[string]) {
	most = min(most, p.most) - reserved
	left := 0
	for line := range lines {
		if heading != "" {
			p.write(heading)
			heading = ""
		}
		if left > 0 || p.text.Len()+len(line) > most {
			left++
			continue
		}
		p.write(line)
	}
	if left > 0 {
		p.write(fmt.Sprintf("\n%d more are left out: a summary has %d bytes at most.\n", left, p.most))
	}
}

// code returns text as code in Markdown, "" for none. Within code nothing else is markup: no link, no HTML, no mention
// of a user. Backticks, which would end it, become apostrophes.
func code(text string) string {
	text = printable.Line(text)
	if text == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(text, "`", "'") + "`"
}

// cell returns text as code in a cell of a table, where a pipe would end the cell even within code, by GitHub Flavored
// Markdown, 4.10. An escaped pipe does not. Renderers differ on two backslashes before a pipe, so a blank comes between
// the text's own and ours.
func cell(text string) string {
	return strings.NewReplacer(`\|`, `\ \|`, "|", `\|`).Replace(code(text))
}
