package syncview

import (
	"fmt"
	"io"
	"iter"

	"ecrmirror/internal/filesync"
	"ecrmirror/internal/output"
)

// WriteMarkdown prints a report as a summary of a step in GitHub Actions: counts, failures, and a table of what was
// not current before, the failed first. It is 1 MiB at most; what that leaves out is counted.
func WriteMarkdown(w io.Writer, r *filesync.Report) error {
	p := page{most: mostBytes}
	p.write("## mirror sync\n\n" + summary(r) + "\n")
	if r.Err != nil {
		p.write("\nThe round was stopped: " + code(r.Err.Error()) + "\n")
	}
	p.section("\n### Failures\n\n", mostBytes/2, failures(r))
	p.section("\n| State | Destination | Source | Digest | Sent | Reason |\n| --- | --- | --- | --- | --- | --- |\n",
		mostBytes, tableOf(r))
	_, err := p.text.WriteTo(w)
	return err
}

// failures yields an item of a list for each failure.
func failures(r *filesync.Report) iter.Seq[string] {
	return func(yield func(string) bool) {
		for row := range rows(r) {
			if row.destination.State == filesync.Failed && !yield("- "+code(row.failure().Error())+"\n") {
				return
			}
		}
	}
}

// tableOf yields the rows of the table.
func tableOf(r *filesync.Report) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, state := range []filesync.State{filesync.Failed, filesync.Deferred, filesync.Left, filesync.Copied} {
			for row := range rows(r) {
				if row.destination.State == state && !yield(tableRow(row)) {
					return
				}
			}
		}
	}
}

func tableRow(r row) string {
	d := r.destination
	sent, reason := "", ""
	switch d.State {
	case filesync.Copied:
		sent = output.Bytes(d.BytesSent)
	case filesync.Deferred, filesync.Left: // failures stand above
		reason = cell(r.why())
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s |\n", d.State, cell(d.Name), cell(r.image.Source),
		cell(d.Digest.String()), sent, reason)
}
