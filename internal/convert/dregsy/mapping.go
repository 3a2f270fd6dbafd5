package dregsy

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"ecrmirror/internal/convert/draft"
	"ecrmirror/internal/convert/member"
	"ecrmirror/internal/convert/rules"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/selection"
)

// expressionPrefix begins a text that is a regular expression.
const expressionPrefix = "regex:"

// mapping adds the entries of a mapping. It adds none, with a remark, where more would be mirrored than the mapping
// says, or to another place.
func (t task) mapping(v member.Value) {
	m, ok := v.Map()
	if !ok {
		return
	}
	e := draft.Entry{Line: v.Line, Field: v.Field, Note: t.name}
	from, fromOK := m.Get("from").Text()
	to, toOK := m.Get("to").Text()
	tags, err := readTags(m.Get("tags"), m.Get("digests"))
	if err == nil {
		err = t.names(&e.Entry, from, to)
	}
	m.Note(mappingNotes())
	switch {
	case !fromOK || !toOK:
		err = errors.New("from or to can't be read")
	case err == nil:
		err = t.add(e, tags)
	}
	if err != nil {
		v.Note(draft.LeftOut, "%v", err)
	}
}

func mappingNotes() map[string]member.Note {
	return map[string]member.Note{
		"platform": member.Platforms("all"),
		"preserve-digests": {
			Kind: draft.Elsewhere, Usual: []string{"true"},
			Text: "mirror never changes an image: its digest stays",
		},
	}
}

// add adds the selection of a mapping, and an entry for each image that it names by a digest.
func (t task) add(e draft.Entry, tags tagSet) error {
	if len(tags.images) > 0 && !e.Repos.IsZero() {
		return errors.New("digests are those of one repository, and from chooses several")
	}
	for _, image := range tags.images {
		one := e
		destination := e.Destinations[0] + image.tag
		if image.tag == "" {
			destination += image.digest
		}
		one.Entry = entry.Entry{Source: e.Source + image.tag + image.digest, Destinations: []string{destination}}
		t.into.Add(one)
	}
	for _, rule := range tags.rules {
		e.Tags = append(e.Tags, entry.Rule{Rule: rule})
	}
	if len(e.Tags) > 0 {
		t.into.Add(e)
	}
	return nil
}

// names sets the source and the destination: repositories, or all below a path of which an expression chooses.
func (t task) names(e *entry.Entry, from, to string) error {
	for _, text := range []string{from, to} {
		if err := draft.CheckName(text); err != nil {
			return err
		}
	}
	expression, choosing := strings.CutPrefix(from, expressionPrefix)
	if choosing {
		return t.namespace(e, expression, to)
	}
	if from == "" {
		return errors.New("there must be a from")
	}
	path, err := mapped("/"+strings.TrimPrefix(from, "/"), to)
	if err != nil {
		return err
	}
	source, err := draft.ParseName(t.source + "/" + strings.TrimPrefix(from, "/"))
	if err != nil {
		return err
	}
	target, err := draft.ParseName(t.target + path)
	if err != nil {
		return err
	}
	if !source.IsRepository() || !target.IsRepository() {
		return errors.New("from and to name repositories: tags go into tags")
	}
	e.Source, e.Destinations = source.String(), []string{target.String()}
	return nil
}

// mapped returns the path at the target of a path at the source.
func mapped(path, to string) (string, error) {
	replacing, ok := strings.CutPrefix(to, expressionPrefix)
	switch {
	case !ok && to == "":
		return path, nil
	case !ok:
		return "/" + strings.TrimPrefix(to, "/"), nil
	}
	expression, replacement, ok := strings.Cut(replacing, ",")
	if !ok {
		return "", errors.New("to has no replacement behind its expression")
	}
	re, err := regexp.Compile(expression)
	if err != nil {
		return "", errors.New("to has no regular expression of RE2")
	}
	return re.ReplaceAllString(path, replacement), nil
}

// namespace sets the names of a mapping whose from is an expression: all below the path that it begins with, and of
// these those that it matches.
func (t task) namespace(e *entry.Entry, expression, to string) error {
	if strings.HasPrefix(to, expressionPrefix) {
		return errors.New("an expression in to can't say where a repository goes that an expression in from chooses: " +
			"write an entry for each repository, or have them below a path by their full names")
	}
	pattern, err := rules.Repository(bound(expression))
	if err != nil {
		return fmt.Errorf("the expression %w", err)
	}
	re, err := regexp.Compile(strings.TrimPrefix(expression, "^"))
	if err != nil {
		return fmt.Errorf("the expression %w", err)
	}
	prefix, _ := re.LiteralPrefix()
	above := ""
	if rules.Anchored(pattern) {
		above = prefix[:strings.LastIndexByte(prefix, '/')+1]
	}
	e.Source = t.source + "/" + above + "**"
	e.Repos = selection.Repositories{Include: []string{pattern}}
	e.Destinations = []string{t.target + "/" + strings.Trim(to, "/") + "/"}
	if to == "" || to == "/" {
		e.Destinations = []string{t.target + "/"}
	}
	return nil
}

// bound returns an expression as dregsy makes it: bound to both ends, unless it says so itself.
func bound(expression string) string {
	if !strings.HasPrefix(expression, "^") {
		expression = "^" + expression
	}
	if !strings.HasSuffix(expression, "$") {
		expression += "$"
	}
	return expression
}
