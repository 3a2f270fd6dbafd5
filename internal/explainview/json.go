package explainview

import (
	"io"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryform"
	"ecrmirror/internal/expansion"
	"ecrmirror/internal/output"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/selection"
)

// A Repository is an element of the list that WriteJSON prints.
type Repository struct {
	Source      string   `json:"source"`
	Error       string   `json:"error,omitempty"` // why nothing of it is mirrored
	Dropped     int      `json:"dropped,omitempty"`
	Refused     []string `json:"refused,omitempty"`     // destinations that can't have it, and why
	IdleRules   []int    `json:"idleRules,omitempty"`   // those that choose nothing of it, from 1
	MissingTags []string `json:"missingTags,omitempty"` // those that are pinned, and that it has not
	Tags        []Tag    `json:"tags"`
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
	// Wanted is the digest that it should have, of these platforms; none where it should have all.
	Wanted    string   `json:"wanted,omitempty"`
	Platforms []string `json:"platforms,omitempty"`
	// Options say what it should have, and on what terms, as a file of entries has them.
	Options entryform.Value `json:"options,omitzero"`
	Reason  string          `json:"reason"`
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
	doc := Repository{
		Source: r.Source.String(), Dropped: r.Dropped, MissingTags: r.Choice.Missing, Tags: []Tag{},
	}
	for _, rule := range r.Choice.Idle {
		doc.IdleRules = append(doc.IdleRules, rule+1)
	}
	if r.Err != nil {
		doc.Error = printable.Line(r.Err.Error())
	}
	for _, refusal := range r.Refused {
		doc.Refused = append(doc.Refused, printable.Line(refusal.Err.Error()))
	}
	for _, v := range r.Choice.Verdicts {
		name := r.Source
		name.Tag = v.Tag
		doc.Tags = append(doc.Tags, tagOf(v, s.Results[name.String()]))
	}
	return doc
}

// tagOf returns a tag with what was found of it, if it is chosen.
func tagOf(v selection.Verdict, found entry.Result) Tag {
	tag := Tag{
		Tag: v.Tag, Chosen: v.IsChosen(), Held: v.IsHeld(), Reason: printable.Line(v.String()),
		Digest: found.Digest.String(),
	}
	if found.Err != nil {
		tag.Error = printable.Line(found.Err.Error())
	}
	for _, d := range found.Destinations {
		wanted, platforms := d.Trimmed()
		tag.Destinations = append(tag.Destinations, Destination{
			Name: d.Name, State: string(d.State), Digest: d.Digest.String(), Wanted: wanted.String(),
			Platforms: platforms, Options: entryform.WriteOptions(d.Wants.Options()),
			Reason: printable.Line(d.Reason()),
		})
	}
	return tag
}
