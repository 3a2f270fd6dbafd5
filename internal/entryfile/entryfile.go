// Package entryfile reads and writes entries as YAML, for people who review them in version control.
//
// A file is one or more YAML documents of this form:
//
//	entries:
//	  - source: docker.io/library/alpine:3.22
//	    destinations:
//	      - 111122223333.dkr.ecr.eu-west-1.amazonaws.com/alpine:3.22
//	    expires: 2027-01-31   # optional, see [entry.ParseExpiry]
//	  - source: docker.io/library/postgres
//	    destinations: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/
//	    tags: [{version: ">=16", parts: 2, newest: 3}]   # optional, as are repos, options and labels; see entryform
//
// An expiry that counts from now, such as 90d, counts from each import anew. Beside entries, a document may have
// defaults: fields that those of its entries have which do not say anything else of them, be it null. Of options each
// is a default by itself, and null is an error.
package entryfile

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"ecrmirror/internal/conflict"
	"ecrmirror/internal/entry"
)

// The fields of a file, and of each entry in it, beside those of its options.
const (
	fieldEntries      = "entries"
	fieldDefaults     = "defaults"
	fieldSource       = "source"
	fieldDestinations = "destinations"
)

// Read reads the entries of a file, and validates them; see [entry.Entry.Problems]. The
// error has a line for each thing that is wrong, "line 12: ...", or for the first hundred, and there are no
// entries then. Entries come in the order of the file. One that has expired by now
// is no error: files outlive entries.
//
// A file may have 32 MiB, each of its documents 300,000 lines, list items and fields, and all entries a
// million destinations, with those that aliases repeat.
func Read(r io.Reader, now time.Time) ([]entry.Entry, error) {
	f := reader{now: now, places: map[string]place{}}
	f.read(r)
	return f.result()
}

// read reads a file. What it says is not told of one that can't be read to its end, but why that is.
func (f *reader) read(r io.Reader) {
	before := len(f.errs)
	limited := &limiter{r: r, before: f.size}
	defer func() { f.size += limited.size }()
	decoder := yaml.NewDecoder(limited)
	for !f.full {
		var document yaml.Node
		err := decoder.Decode(&document)
		switch {
		case errors.Is(err, io.EOF):
			return
		case limited.err != nil:
			err = limited.err
		case err != nil:
			err = syntax(err)
		default:
			f.document(document.Content[0])
			continue
		}
		f.errs = f.errs[:before]
		f.fail(err)
		f.full = limited.full
		return
	}
}

// syntax takes the package's name off an error of the parser's, and says what ranges and patterns need.
func syntax(err error) error {
	text := cut(strings.TrimPrefix(err.Error(), "yaml: "))
	for _, unquoted := range []string{
		"did not find expected comment or line break", "cannot start any token",
		"did not find expected alphabetic or numeric character", "unknown anchor",
	} {
		if strings.Contains(text, unquoted) {
			return errors.New(text + "; a text that begins with > or * needs quotes")
		}
	}
	return errors.New(text)
}

// document reads `entries:`, and `defaults:` for them. An empty document holds none.
func (f *reader) document(n *yaml.Node) {
	if n.Tag == "!!null" {
		return
	}
	f.some = true
	fields := f.fields(n, "the file", fieldEntries, fieldDefaults)
	var defaults map[string]*yaml.Node
	if d := fields[fieldDefaults]; d != nil && d.Tag != "!!null" {
		defaults = f.fields(d, fieldDefaults, entryFields()[1:]...) // but for the source
	}
	list := fields[fieldEntries]
	switch {
	case list == nil && fields != nil:
		f.bad(n, "no %s", fieldEntries)
	case list == nil || list.Tag == "!!null":
	case list.Kind != yaml.SequenceNode:
		f.bad(list, "%s must be a list", fieldEntries)
	default:
		for _, n := range list.Content {
			if f.full {
				return
			}
			f.entry(follow(n), defaults)
		}
	}
}

func (f *reader) entry(n *yaml.Node, defaults map[string]*yaml.Node) {
	fields := f.fields(n, "an entry", entryFields()...)
	if fields == nil {
		return
	}
	if tags := fields[fieldTags]; tags != nil && tags.Tag == "!!null" && defaults[fieldTags] == nil {
		f.bad(tags, "%s has no rule: it must have one, or be left out", fieldTags) // or latest would be mirrored
	}
	fill(fields, defaults)
	faults := len(f.errs)
	var e entry.Entry
	source := fields[fieldSource]
	if source == nil {
		f.bad(n, "no %s", fieldSource)
	} else {
		e.Source = f.text(source, fieldSource)
	}
	lines := f.form(fields, defaults[fieldOptions], &e)
	destinations := f.destinations(n, fields[fieldDestinations], e.NeedsDestinations() && lines.sound)
	for _, d := range destinations {
		e.Destinations = append(e.Destinations, f.text(d, "a destination"))
	}
	f.options(fields, &e.Options)
	if len(f.errs) > faults || !lines.sound { // what follows would say it again
		return
	}
	for _, p := range e.Problems() {
		f.problem(p, source, destinations, lines)
	}
	// The key of an image entry without a tag may be that of a selection, too.
	names := []string{conflict.Key(e), written(e.Source)}
	for _, name := range names {
		if first, repeated := f.places[name]; repeated {
			f.bad(source, "source %q has an entry in %s already", e.Source, first.from(f.file))
			return
		}
	}
	for _, name := range names {
		f.places[name] = place{f.file, source.Line}
	}
	f.entries = append(f.entries, e)
}

// fill gives fields what they lack of the defaults, but for options, each of which is a default by itself.
func fill(fields, defaults map[string]*yaml.Node) {
	for name, value := range defaults {
		if fields[name] == nil && name != fieldOptions {
			fields[name] = value
		}
	}
}

// problem notes a problem of an entry where it stands.
func (f *reader) problem(p entry.Problem, source *yaml.Node, destinations []*yaml.Node, rules ruleLines) {
	switch {
	case p.Destination >= 0:
		f.bad(destinations[p.Destination], "%w", p.Err)
	case p.Rule >= 0:
		f.once(rules.of(p), p.Err)
	default:
		f.bad(source, "%w", p.Err)
	}
}

// destinations returns the nodes of a list of destinations, or that of the only one.
func (f *reader) destinations(entry, n *yaml.Node, needed bool) []*yaml.Node {
	switch {
	case n == nil || n.Tag == "!!null":
		if needed {
			f.bad(entry, "no %s", fieldDestinations)
		}
	case n.Kind == yaml.ScalarNode:
		return []*yaml.Node{n}
	case n.Kind != yaml.SequenceNode:
		f.bad(n, "%s must be a list", fieldDestinations)
	case len(n.Content) == 0:
		f.bad(n, "empty %s", fieldDestinations)
	case f.values+len(n.Content) > maxValues:
		f.tooMany(fmt.Errorf(
			"line %d: with the destinations of this entry there are more than %d, those that aliases repeat among them",
			entry.Line, maxValues))
	default:
		f.values += len(n.Content)
		list := make([]*yaml.Node, len(n.Content))
		for i, d := range n.Content {
			list[i] = follow(d)
		}
		return list
	}
	return nil
}
