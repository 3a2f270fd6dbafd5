package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ecrmirror/bench/result"
	"ecrmirror/testkit/programs"
)

// A table is one in Markdown; the first row has the names of the columns.
type table [][]string

// String aligns the columns, so that it can be read as it is.
func (t table) String() string {
	widths := make([]int, len(t[0]))
	for _, row := range t {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for n, row := range t {
		for i := range widths {
			cell := ""
			if i < len(row) {
				cell = row[i]
			}
			b.WriteString("| " + cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+1))
		}
		b.WriteString("|\n")
		for i := range widths {
			if n == 0 {
				b.WriteString("|" + strings.Repeat("-", widths[i]+2))
			}
		}
		if n == 0 {
			b.WriteString("|\n")
		}
	}
	return b.String()
}

// tableOf returns what became of a situation.
func (b *bench) tableOf(situation string) table {
	t := table{{
		"", "time", "of mirror's", "CPU", "requests: source", "destination", "read", "sent", "rounds",
	}}
	ours, ran := b.result.Group(situation, programs.Ours, programs.ByDefault)
	for _, g := range b.result.Groups(situation) {
		name := key(g.Program, g.Setting)
		if len(g.Samples) == 0 {
			t = append(t, []string{name, "failed: " + firstLine(g.Failed[0].Error)})
			continue
		}
		ratio := "–"
		if ran {
			ratio = fmt.Sprintf("%.2f", times(g, ours))
		}
		rounds := fmt.Sprint(len(g.Samples))
		if len(g.Failed) > 0 {
			rounds += fmt.Sprintf(" (%d failed: %s)", len(g.Failed), firstLine(g.Failed[0].Error))
		}
		last := g.Samples[len(g.Samples)-1]
		t = append(t, []string{
			name, took(g.Wall()), ratio, took(g.CPU()), byMethod(last.SourceCalls), byMethod(last.DestinationCalls),
			size(last.SourceSize), size(last.WrittenSize), rounds,
		})
	}
	return t
}

// summary returns what each contestant was given, and how long it took in each situation.
func (b *bench) summary() table {
	t := table{{"", "lines of configuration"}}
	for _, c := range b.result.Cases {
		t[0] = append(t[0], c.ID)
	}
	for _, c := range contestants() {
		n, ran := b.lines[key(c.program, c.setting)]
		if !ran {
			continue
		}
		row := []string{key(c.program, c.setting), fmt.Sprint(n)}
		for _, situation := range b.result.Cases {
			cell := "failed"
			if g, ok := b.result.Group(situation.ID, c.program, c.setting); ok {
				cell = took(g.Wall())
			}
			row = append(row, cell)
		}
		t = append(t, row)
	}
	return t
}

// times returns how many times as fast as one group another is.
func times(one, other result.Group) float64 { return one.Wall().Seconds() / other.Wall().Seconds() }

// byMethod sums up requests by their methods: "84: GET 44, HEAD 40".
func byMethod(calls map[string]int64) string {
	if len(calls) == 0 {
		return "0"
	}
	methods := map[string]int64{}
	for call, n := range calls {
		method, _, _ := strings.Cut(call, " ")
		methods[method] += n
	}
	var parts []string
	for _, method := range slices.Sorted(maps.Keys(methods)) {
		parts = append(parts, fmt.Sprintf("%s %d", method, methods[method]))
	}
	return fmt.Sprintf("%d: %s", sum(calls), strings.Join(parts, ", "))
}

// took writes a time to three digits or so.
func took(d time.Duration) string {
	switch {
	case d < 999500*time.Microsecond:
		return fmt.Sprintf("%.0f ms", d.Seconds()*1000)
	case d < 10*time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// size writes bytes as MiB, the few of configurations of images, too.
func size(n int64) string {
	switch {
	case n == 0:
		return "0"
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
