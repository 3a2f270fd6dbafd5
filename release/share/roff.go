package share

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// A page is a manual page.
type page struct {
	name, version string
	day           time.Time
	main          help
	commands      []command
}

type command struct {
	name string
	help help
}

// roff returns the page in the language of man(7).
func (p page) roff() []byte {
	var out strings.Builder
	out.WriteString(p.title())
	fmt.Fprintf(&out, ".SH NAME\n%s \\- %s\n", escape(p.name), escape(p.main.summary()))
	for i, s := range p.main.sections {
		title := strings.ToUpper(s.heading)
		if title == "USAGE" {
			title = "SYNOPSIS"
		}
		fmt.Fprintf(&out, ".SH %s\n", title)
		body(&out, s.lines)
		if i == 0 { // as the order of sections is in a manual
			out.WriteString(".SH DESCRIPTION\n")
			verbatim(&out, strings.Split(p.main.about, "\n"))
		}
	}
	for _, c := range p.commands {
		fmt.Fprintf(&out, ".SH %s\n", escape(strings.ToUpper(p.name+" "+c.name)))
		verbatim(&out, strings.Split(c.help.about, "\n"))
		for _, s := range c.help.sections {
			fmt.Fprintf(&out, ".SS %s\n", s.heading)
			body(&out, s.lines)
		}
	}
	return []byte(out.String())
}

// title returns the line that a page begins with.
func (p page) title() string {
	version := strings.ReplaceAll(escape(p.version), `"`, `\(dq`)
	day := ""
	if !p.day.IsZero() {
		day = p.day.UTC().Format(time.DateOnly)
	}
	return fmt.Sprintf(".TH %s 1 \"%s\" \"ecrmirror %s\"\n", escape(strings.ToUpper(p.name)), day, version)
}

// term matches a line of a list: a flag or a command, and what it is.
var term = regexp.MustCompile(`^ {2,}(\S+(?: \S+)*) {2,}(\S.*)$`)

// body writes the lines of a section: those of a list so that their texts are wrapped, others as they are.
func body(out *strings.Builder, lines []string) {
	var plain []string
	for _, line := range lines {
		item := term.FindStringSubmatch(line)
		if item == nil {
			plain = append(plain, line)
			continue
		}
		verbatim(out, plain)
		plain = nil
		fmt.Fprintf(out, ".TP\n\\fB%s\\fR\n%s\n", escape(item[1]), escape(item[2]))
	}
	verbatim(out, plain)
}

// verbatim writes lines that are not wrapped.
func verbatim(out *strings.Builder, lines []string) {
	if len(lines) == 0 {
		return
	}
	out.WriteString(".PP\n.nf\n")
	for _, line := range lines {
		out.WriteString(escape(strings.TrimRight(line, " ")) + "\n")
	}
	out.WriteString(".fi\n")
}

// escape has roff print a line as it is: what begins with a point or a quote would be a request, and a
// hyphen would be one that cannot be copied.
func escape(line string) string {
	line = strings.NewReplacer(`\`, `\e`, `-`, `\-`).Replace(line)
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		line = `\&` + line
	}
	return line
}
