package copyview

import (
	"fmt"
	"time"

	"ecrmirror/internal/mirror"
	"ecrmirror/internal/printable"
)

// verified says who has signed an image, a line for each proof, unless no destination has the image.
func verified(report *mirror.Report) (lines []string) {
	if !isThere(report) {
		return nil
	}
	for _, p := range report.Verified {
		by := "key " + p.Key
		if p.Signer != nil {
			by = p.Signer.Identity
		}
		text := fmt.Sprintf("verified %s %s: %s by %s", report.Source, report.SourceDigest, p.Kind, by)
		if p.PredicateType != "" {
			text += " of " + p.PredicateType
		}
		if !p.Time.IsZero() {
			text += " at " + p.Time.UTC().Format(time.RFC3339)
		}
		if p.LogIndex != nil {
			text += fmt.Sprintf(" (log index %d)", *p.LogIndex)
		}
		lines = append(lines, printable.Line(text))
	}
	return lines
}
