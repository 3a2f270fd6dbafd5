// Package explainview prints what a selection stands for: each tag of its repositories with the reason why it is chosen
// or not, and what a sweep would do about those that are; as text and as JSON.
package explainview

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/expansion"
	"ecrmirror/internal/output"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/selection"
	"ecrmirror/internal/statusview"
)

// A Selection is what is known of a selection.
type Selection struct {
	expansion.Expansion
	Results map[string]entry.Result // of the images that are chosen, by their sources; a sweep would find the same
}

// WriteText prints the repositories of a selection: of each the tags that are chosen, and then, if all are to be shown,
// the others; else how many there are for each reason, with one of them.
func WriteText(w io.Writer, palette output.Palette, s Selection, all bool) error {
	if left := notChosen(s.Choice); len(left) > 0 {
		err := output.Line(w, "%d repositories, %d chosen", len(s.Choice.Verdicts), len(s.Repositories))
		if err != nil {
			return err
		}
		// Repos are no rules.
		if err := writeOthers(w, left, all, func(v selection.Verdict) string { return v.Reason.String() }); err != nil {
			return err
		}
	}
	for _, r := range s.Repositories {
		if err := writeRepository(w, palette, s, r, all); err != nil {
			return err
		}
	}
	for _, sentence := range s.Idle {
		if err := output.Line(w, "without effect: %s", sentence); err != nil {
			return err
		}
	}
	return nil
}

func writeRepository(w io.Writer, palette output.Palette, s Selection, r expansion.Repository, all bool) error {
	if err := output.Line(w, "%s", headOf(r)); err != nil {
		return err
	}
	if r.Err == nil {
		for _, refusal := range r.Refused {
			if err := output.Line(w, "not mirrored: %v", refusal.Err); err != nil {
				return err
			}
		}
	}
	g := output.Grid{Palette: palette, Color: statusview.Color, Rows: func(row func(cells ...string)) {
		if len(r.Images) > 0 {
			row("TAG", "DIGEST", "STATE", "DESTINATION", "WHY", "")
		}
		why := reasons(r.Choice)
		for _, image := range imagesOf(r) {
			tag, result := image.Source.Tag, s.Results[image.Source.String()]
			if result.Err != nil {
				row(tag, "-", string(result.State()), "-", why[tag], result.Err.Error())
			}
			for _, d := range result.Destinations {
				row(tag, short(result.Digest.String()), string(d.State), d.Name, why[tag], said(d))
			}
		}
	}}
	if err := g.Write(w); err != nil {
		return err
	}
	if err := writeOthers(w, notChosen(r.Choice), all, selection.Verdict.String); err != nil {
		return err
	}
	for _, tag := range r.Choice.Missing {
		if err := output.Line(w, "failing: pinned tag %s does not exist", tag); err != nil {
			return err
		}
	}
	return nil
}

// headOf returns the line above a repository's tags.
func headOf(r expansion.Repository) string {
	tags := len(r.Choice.Verdicts)
	if r.Err != nil && tags == 0 {
		return fmt.Sprintf("%s: nothing is mirrored: %v", r.Source, r.Err)
	}
	head := fmt.Sprintf("%s: %s, %d chosen", r.Source, countTags(tags), len(r.Choice.Chosen()))
	if r.Dropped > 0 {
		head += fmt.Sprintf("; %d names in the list that no tag can have", r.Dropped)
	}
	if r.Err != nil {
		head += "; nothing is mirrored: " + r.Err.Error()
	}
	return head
}

func countTags(n int) string {
	if n == 1 {
		return "1 tag"
	}
	return fmt.Sprintf("%d tags", n)
}

// reasons returns the reasons by tags.
func reasons(c selection.Choice) map[string]string {
	why := make(map[string]string, len(c.Verdicts))
	for _, v := range c.Verdicts {
		why[v.Tag] = v.String()
	}
	return why
}

// imagesOf returns the images of a repository, each once: of one there are several where rules have other options.
func imagesOf(r expansion.Repository) []entry.Placement {
	return slices.CompactFunc(slices.Clone(r.Images), func(a, b entry.Placement) bool { return a.Source == b.Source })
}

// said is why a destination is in a state that says too little by itself, or what it is to have of the image.
func said(d entry.DestinationResult) string {
	switch {
	case d.Err != nil:
		return d.Err.Error()
	case d.Wants != entry.Wants{}:
		return d.Wants.String()
	}
	return ""
}

func notChosen(c selection.Choice) []selection.Verdict {
	return slices.DeleteFunc(slices.Clone(c.Verdicts), selection.Verdict.IsChosen)
}

// writeOthers prints why tags or repositories are not chosen.
func writeOthers(w io.Writer, left []selection.Verdict, all bool, why func(selection.Verdict) string) error {
	if all && len(left) > 0 {
		return output.Grid{Rows: func(row func(cells ...string)) {
			row("NOT CHOSEN", "WHY")
			for _, v := range left {
				row(v.Tag, why(v))
			}
		}}.Write(w)
	}
	by := map[selection.Step][]selection.Verdict{}
	for _, v := range left {
		by[v.Reason.Step] = append(by[v.Reason.Step], v)
	}
	for _, step := range slices.Sorted(maps.Keys(by)) {
		last, others := by[step][len(by[step])-1], ""
		if n := len(by[step]) - 1; n > 0 {
			others = fmt.Sprintf(" and %d more", n)
		}
		if err := output.Line(w, "not chosen: %s%s, %s", printable.Line(last.Tag), others, why(last)); err != nil {
			return err
		}
	}
	return nil
}

// digestShown is how many characters of a digest tell it from others for people.
const digestShown = len("sha256:") + 12

func short(digest string) string { return digest[:min(len(digest), digestShown)] }
