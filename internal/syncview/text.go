package syncview

import (
	"bufio"
	"fmt"
	"io"

	"ecrmirror/internal/filesync"
	"ecrmirror/internal/output"
	"ecrmirror/internal/printable"
)

// WriteText prints a line for what happened to each image at each destination, and a last one with counts.
// Destinations that were current before are printed only if all is true. Why something failed is not printed:
// [filesync.Report.Failures] has it.
func WriteText(w io.Writer, palette output.Palette, r *filesync.Report, all bool) error {
	out := bufio.NewWriter(w) // its errors stay until Flush
	for row := range rows(r) {
		if all || row.destination.State != filesync.Current {
			_, _ = fmt.Fprintln(out, line(palette, row))
		}
	}
	_, _ = fmt.Fprintln(out, printable.Line(summary(r)))
	return out.Flush()
}

// line says what happened as package copyview does, and where the image is from.
func line(palette output.Palette, r row) string {
	d := r.destination
	text := d.Name
	switch d.State {
	case filesync.Copied:
		text += fmt.Sprintf(" %s (%d blobs, %s sent)", d.Digest, d.BlobsSent, output.Bytes(d.BytesSent))
	case filesync.Current:
		text += " " + d.Digest.String()
	}
	switch {
	case r.twin:
		text = r.image.Source + " (another entry has this source)"
	case d.Name == "":
		text = r.image.Source + " (all destinations)"
	default:
		text += " from " + r.image.Source
	}
	if d.State == filesync.Deferred && d.Err != nil {
		text += ": " + d.Err.Error()
	}
	return palette.Paint(color(d.State), fmt.Sprintf("%-8s", d.State)) + " " + printable.Line(text)
}

func color(state filesync.State) output.Color {
	switch state {
	case filesync.Current, filesync.Copied:
		return output.Good
	case filesync.Failed:
		return output.Bad
	}
	return output.Waiting
}
