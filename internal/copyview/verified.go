package copyview

import (
	"fmt"

	"ecrmirror/internal/mirror"
	"ecrmirror/internal/printable"
)

// verified says who has signed an image, a line for each proof, unless no destination has the image.
func verified(report *mirror.Report) (lines []string) {
	if !isThere(report) {
		return nil
	}
	for _, p := range report.Verified {
		lines = append(lines, printable.Line(fmt.Sprintf("verified %s %s: %s", report.Source, report.SourceDigest, p)))
	}
	return lines
}
