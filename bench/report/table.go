package report

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"ecrmirror/bench/result"
	"ecrmirror/testkit/programs"
)

// A row is what a table says about one group.
type row struct {
	program string
	cells   []string
}

func columns() []string {
	return []string{
		"time", "times as fast as the best peer", "CPU", "CPU per GiB", "peak RSS", "source bytes", "requests: source",
		"destination", "rounds",
	}
}

// rows returns the rows of a case: ours first, then the peers as they came.
func rows(run result.Run, id string) []row {
	groups := run.Groups(id)
	slices.SortStableFunc(groups, func(a, b result.Group) int { return rank(a) - rank(b) })
	best, contest := run.BestPeer(id)
	var list []row
	for _, g := range groups {
		name := g.Program
		if g.Setting != "default" {
			name += ", " + g.Setting
		}
		if len(g.Samples) == 0 {
			list = append(list, row{name, []string{"failed: " + firstLine(g.Failed[0].Error)}})
			continue
		}
		ratio := "–"
		if contest {
			ratio = fmt.Sprintf("%.2f", best.Wall().Seconds()/g.Wall().Seconds())
		}
		rounds := fmt.Sprint(len(g.Samples))
		if len(g.Failed) > 0 {
			rounds += fmt.Sprintf(" (%d failed)", len(g.Failed))
		}
		list = append(list, row{name, []string{
			seconds(g.Wall().Seconds()), ratio, seconds(g.CPU().Seconds()), perGiB(g),
			fmt.Sprintf("%d MiB", g.PeakRSS()>>20),
			fmt.Sprintf("%.3f x", g.SourceRatio()), fmt.Sprint(g.SourceCalls()),
			fmt.Sprint(g.DestinationCalls()), rounds,
		}})
	}
	return list
}

func rank(g result.Group) int {
	if g.Program == programs.Ours {
		return 0
	}
	return 1
}

// cpuPerGiB returns CPU seconds for each GiB that arrived at a destination.
func cpuPerGiB(g result.Group) float64 {
	s := g.Samples[0]
	return g.CPU().Seconds() / (float64(s.ImageSize) * float64(s.Destinations) / (1 << 30))
}

// perGiB is cpuPerGiB for the table: of a few bytes it says nothing.
func perGiB(g result.Group) string {
	if g.Samples[0].ImageSize < 16*mib {
		return "–"
	}
	return seconds(cpuPerGiB(g))
}

func seconds(s float64) string {
	if s < 10 {
		return fmt.Sprintf("%.2f s", s)
	}
	return fmt.Sprintf("%.1f s", s)
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// text is the table for a terminal.
func text(run result.Run) string {
	var b strings.Builder
	for _, line := range facts(run) {
		b.WriteString(line + "\n")
	}
	for _, c := range run.Cases {
		fmt.Fprintf(&b, "\n%s: %s\n", c.ID, c.Title)
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(w, "  \ttime\tvs best peer\tCPU\tCPU/GiB\tpeak RSS\tsource\trequests: src\tdst\trounds")
		for _, r := range rows(run, c.ID) {
			_, _ = fmt.Fprintf(w, "  %s\t%s\n", r.program, strings.Join(r.cells, "\t"))
		}
		_ = w.Flush()
	}
	for _, note := range run.Notes {
		b.WriteString("\n" + note)
	}
	return b.String()
}

// facts are the lines that say what was measured, and where.
func facts(run result.Run) []string {
	lines := run.Machine.Lines(run.Versions)
	if run.Quick {
		lines = append(lines, "Quick: few rounds, few peers, a smaller A; not for claims.")
	}
	return lines
}

// markdown is the same as text, and the promises.
func markdown(run result.Run, promises []promise) string {
	var b strings.Builder
	for _, line := range facts(run) {
		b.WriteString(line + "  \n")
	}
	for _, c := range run.Cases {
		fmt.Fprintf(&b, "\n**%s**: %s\n\n| | %s |\n|---|%s\n", c.ID, c.Title, strings.Join(columns(), " | "),
			strings.Repeat("--:|", len(columns())))
		for _, r := range rows(run, c.ID) {
			cells := r.cells
			for len(cells) < len(columns()) {
				cells = append(cells, "")
			}
			fmt.Fprintf(&b, "| %s | %s |\n", r.program, strings.Join(cells, " | "))
		}
	}
	for _, note := range run.Notes {
		fmt.Fprintf(&b, "\n%s\n", note)
	}
	b.WriteString("\n| promise | target | this run | |\n|---|---|---|---|\n")
	for _, p := range promises {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", p.what, p.target, p.figure, p.state)
	}
	return b.String()
}

func textPromises(promises []promise) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, p := range promises {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\ttarget %s\n", p.state, p.what, p.figure, p.target)
	}
	_ = w.Flush()
	return strings.TrimRight(b.String(), "\n")
}
