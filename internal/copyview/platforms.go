package copyview

import (
	"fmt"
	"strings"

	"ecrmirror/internal/mirror"
	"ecrmirror/internal/platforms"
)

// Platforms are what became of an image's platforms where some were asked for.
type Platforms struct {
	Rule        string   `json:"rule"` // by which the digest follows from the source's
	Wanted      []string `json:"wanted"`
	Kept        []string `json:"kept,omitempty"`     // of an index, the first 20
	MoreKept    int      `json:"moreKept,omitempty"` // those beside
	Dropped     []string `json:"dropped,omitempty"`
	MoreDropped int      `json:"moreDropped,omitempty"`
	Missing     []string `json:"missing,omitempty"` // were asked for, and are not there
}

// addPlatforms adds what a report says of platforms, if some were asked for.
func (r *Report) addPlatforms(report *mirror.Report) {
	p := report.Platforms
	if p == nil {
		return
	}
	r.SourceDigest = report.SourceDigest.String()
	r.Platforms = &Platforms{
		Rule: platforms.Rule, Wanted: p.Wanted, Kept: p.Kept, MoreKept: p.MoreKept, Dropped: p.Dropped,
		MoreDropped: p.MoreDropped, Missing: p.Missing,
	}
}

// left says what was left out of an image, and what it does not have, "" if there is neither, or if no destination has
// it.
func left(report *mirror.Report) string {
	p := report.Platforms
	if !isThere(report) || p == nil || len(p.Dropped)+len(p.Missing) == 0 {
		return ""
	}
	text := fmt.Sprintf("platforms of %s %s: kept %s", report.Source, report.SourceDigest, list(p.Kept, p.MoreKept))
	if len(p.Dropped) > 0 {
		text += "; dropped " + list(p.Dropped, p.MoreDropped)
	}
	if len(p.Missing) > 0 {
		text += "; not there " + list(p.Missing, 0)
	}
	return text
}

func list(texts []string, more int) string {
	text := strings.Join(texts, ", ")
	if more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
