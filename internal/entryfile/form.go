package entryfile

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryform"
)

// The fields of what package entryform has the form of.
const (
	fieldTags    = "tags"
	fieldRepos   = "repos"
	fieldLabels  = "labels"
	fieldOptions = "options"
)

// ruleLines are the lines in which the rules of an entry stand.
type ruleLines struct {
	tags  entryform.Value
	sound bool // all could be read
}

// of returns the line of the member that has a problem, or of its rule.
func (l ruleLines) of(p entry.Problem) int {
	rule := l.tags.List[p.Rule]
	for _, m := range rule.Members {
		if m.Name == p.Member {
			return m.Line
		}
	}
	return rule.Line
}

// form reads the fields of a selection, options and labels into an entry. Options that it does not have are those of
// defaults.
func (f *reader) form(fields map[string]*yaml.Node, defaults *yaml.Node, e *entry.Entry) ruleLines {
	l := ruleLines{sound: true}
	var errs []*entryform.Error
	if v, ok := f.value(fields[fieldTags]); ok {
		l.tags = v
		e.Tags, errs = entryform.ReadTags(fieldTags, v)
		l.sound = f.all(errs) && l.sound
	}
	if v, ok := f.value(fields[fieldRepos]); ok {
		e.Repos, errs = entryform.ReadRepos(fieldRepos, v)
		l.sound = f.all(errs) && l.sound
	}
	if v, ok := f.value(fields[fieldLabels]); ok {
		e.Labels, errs = entryform.ReadLabels(fieldLabels, v)
		l.sound = f.all(errs) && l.sound
	}
	for _, n := range []*yaml.Node{defaults, fields[fieldOptions]} {
		if n == nil || f.full {
			continue
		}
		e.ImageOptions, errs = entryform.ReadOptions(fieldOptions, f.formOf(n, deepest), e.ImageOptions)
		l.sound = f.all(errs) && l.sound
	}
	return l
}

// all notes errors, and reports whether there are none.
func (f *reader) all(errs []*entryform.Error) bool {
	for _, err := range errs {
		f.once(err.Line, err)
	}
	return len(errs) == 0
}

// deepest is how deep the values of a field lie at most that mean something: texts in a list of a requirement of a list
// in an option of a rule of a list. An alias may stand within what it is an alias of, which then has no end.
const deepest = 7

// value returns a field's value; false if there is none.
func (f *reader) value(n *yaml.Node) (entryform.Value, bool) {
	if n == nil || n.Tag == "!!null" || f.full {
		return entryform.Value{}, false
	}
	return f.formOf(n, deepest), true
}

// formOf returns a value in the form that it has in a table, too. Below a depth there are no values.
func (f *reader) formOf(n *yaml.Node, depth int) entryform.Value {
	n = follow(n)
	v := entryform.Value{Kind: kindOf(n), Line: n.Line}
	if f.values++; f.values > maxValues && !f.full {
		f.tooMany(fmt.Errorf("line %d: with the rules of this entry there are more than %d values, those that aliases "+
			"repeat among them", n.Line, maxValues))
	}
	if f.full || depth == 0 {
		return v
	}
	switch v.Kind {
	case entryform.List:
		for _, element := range n.Content {
			v.List = append(v.List, f.formOf(element, depth-1))
		}
	case entryform.Map:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := follow(n.Content[i])
			v.Members = append(v.Members, entryform.Member{
				Name: key.Value, Line: key.Line, Value: f.formOf(n.Content[i+1], depth-1),
			})
		}
	default:
		v.Scalar = n.Value
	}
	return v
}

// kindOf returns what a value is. What stands without quotes may be a text, a number or true.
func kindOf(n *yaml.Node) entryform.Kind {
	const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	switch {
	case n.Kind == yaml.SequenceNode:
		return entryform.List
	case n.Kind == yaml.MappingNode:
		return entryform.Map
	case n.Kind != yaml.ScalarNode:
		return entryform.Other
	case n.Tag == "!!null":
		return entryform.Null
	case n.Style&quoted != 0:
		return entryform.Text
	}
	return entryform.Plain
}
