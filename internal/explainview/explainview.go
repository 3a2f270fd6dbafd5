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
		if err := output.Line(w, "%d repositories, %d chosen", len(s.Choice.Verdicts), len(s.Repositories)); err != nil {
			return err
		}
		if err := writeOthers(w, left, all); err != nil {
			return err
		}
	}
	for _, r := range s.Repositories {
		if err := writeRepository(w, palette, s, r, all); err != nil {
			return err
		}
	}
	return nil
}

func writeRepository(w io.Writer, palette output.Palette, s Selection, r expansion.Repository, all bool) error {
	head := fmt.Sprintf("%s: %d tags, %d chosen", r.Source, len(r.Choice.Verdicts), len(r.Choice.Chosen()))
	if r.Dropped > 0 {
		head += fmt.Sprintf("; %d names in the list that no tag can have", r.Dropped)
	}
	if r.Err != nil {
		head += "; nothing is mirrored: " + r.Err.Error()
	}
	if err := output.Line(w, "%s", head); err != nil {
		return err
	}
	why := map[string]string{}
	for _, v := range r.Choice.Verdicts {
		why[v.Tag] = v.String()
	}
	g := output.Grid{Palette: palette, Color: statusview.Color, Rows: func(row func(cells ...string)) {
		if len(r.Images) > 0 {
			row("TAG", "DIGEST", "STATE", "DESTINATION", "WHY", "")
		}
		for _, image := range r.Images {
			result := s.Results[image.Source.String()]
			if result.Err != nil {
				row(image.Source.Tag, "-", string(result.State()), "-", why[image.Source.Tag], result.Err.Error())
			}
			for _, d := range result.Destinations {
				row(image.Source.Tag, short(result.Digest.String()), string(d.State), d.Name,
					why[image.Source.Tag], said(d))
			}
		}
	}}
	if err := g.Write(w); err != nil {
		return err
	}
	return writeOthers(w, notChosen(r.Choice), all)
}

// said is why a destination is in a state that says too little by itself.
func said(d entry.DestinationResult) string {
	if d.Err == nil {
		return ""
	}
	return d.Err.Error()
}

func notChosen(c selection.Choice) []selection.Verdict {
	return slices.DeleteFunc(slices.Clone(c.Verdicts), selection.Verdict.IsChosen)
}

// writeOthers prints why tags or repositories are not chosen.
func writeOthers(w io.Writer, left []selection.Verdict, all bool) error {
	if all {
		return output.Grid{Rows: func(row func(cells ...string)) {
			for _, v := range left {
				row(v.Tag, v.String())
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
		if err := output.Line(w, "not chosen: %s%s, %s", printable.Line(last.Tag), others, last); err != nil {
			return err
		}
	}
	return nil
}

// digestShown is how many characters of a digest tell it from others for people.
const digestShown = len("sha256:") + 12

func short(digest string) string { return digest[:min(len(digest), digestShown)] }

// A Repository is an element of the list that WriteJSON prints.
type Repository struct {
	Source  string `json:"source"`
	Error   string `json:"error,omitempty"` // why nothing of it is mirrored
	Dropped int    `json:"dropped,omitempty"`
	Tags    []Tag  `json:"tags"`
}

// A Tag is one of its tags.
type Tag struct {
	Tag          string        `json:"tag"`
	Chosen       bool          `json:"chosen"`
	Held         bool          `json:"held,omitempty"`
	Reason       string        `json:"reason"`
	Digest       string        `json:"digest,omitempty"` // of the source, if it is chosen
	Error        string        `json:"error,omitempty"`  // why it could not be looked at
	Destinations []Destination `json:"destinations,omitempty"`
}

// A Destination is what a sweep would find of a destination.
type Destination struct {
	Name   string `json:"name"`
	State  string `json:"state"`
	Digest string `json:"digest,omitempty"`
	Reason string `json:"reason"`
}

// WriteJSON prints the repositories of a selection as a list.
func WriteJSON(w io.Writer, s Selection) error {
	return output.JSONList(w, func(yield func(Repository) bool) {
		for _, r := range s.Repositories {
			if !yield(repositoryOf(s, r)) {
				return
			}
		}
	})
}

func repositoryOf(s Selection, r expansion.Repository) Repository {
	doc := Repository{Source: r.Source.String(), Dropped: r.Dropped, Tags: []Tag{}}
	if r.Err != nil {
		doc.Error = printable.Line(r.Err.Error())
	}
	for _, v := range r.Choice.Verdicts {
		tag := Tag{Tag: v.Tag, Chosen: v.IsChosen(), Held: v.IsHeld(), Reason: printable.Line(v.String())}
		name := r.Source
		name.Tag = v.Tag
		result := s.Results[name.String()]
		tag.Digest = result.Digest.String()
		if result.Err != nil {
			tag.Error = printable.Line(result.Err.Error())
		}
		for _, d := range result.Destinations {
			tag.Destinations = append(tag.Destinations, Destination{
				Name: d.Name, State: string(d.State), Digest: d.Digest.String(), Reason: printable.Line(d.Reason()),
			})
		}
		doc.Tags = append(doc.Tags, tag)
	}
	return doc
}
