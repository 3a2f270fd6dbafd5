// Package skopeosync reads the files of skopeo sync --src yaml, of skopeo-sync(1). They name sources alone: where these
// go is said by whoever converts the file, as it is on skopeo's command line.
package skopeosync

import (
	"fmt"

	"ecrmirror/internal/convert/draft"
	"ecrmirror/internal/convert/member"
	"ecrmirror/internal/convert/rules"
	"ecrmirror/internal/convert/target"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/selection"
)

// Name is the name of the format.
const Name = "skopeo"

// Options are what skopeo's command line has.
type Options struct {
	Destination string
	Scoped      bool // below the destination stands the whole name, and not its last element
}

// Read reads a file into a draft. Its error says that the file can't be read at all, or is [target.ErrNone].
func Read(data []byte, o Options, into *draft.Draft) error {
	r, err := member.Open(data, "skopeo sync", into)
	if err != nil {
		return err
	}
	root, ok := r.Root()
	if !ok {
		return r.Finish()
	}
	if o.Destination == "" {
		return target.ErrNone
	}
	for _, name := range root.Names() {
		registry{host: name, options: o, into: into}.read(root.Get(name))
	}
	return r.Finish()
}

// registry is a registry of the file.
type registry struct {
	host    string
	options Options
	into    *draft.Draft
}

func (g registry) read(v member.Value) {
	m, ok := v.Map()
	if !ok {
		return
	}
	images, _ := m.Get("images").Map()
	for _, name := range images.Names() {
		g.images(name, images.Get(name))
	}
	expressions, _ := m.Get("images-by-tag-regex").Map()
	for _, name := range expressions.Names() {
		g.choose(name, expressions.Get(name), byExpression)
	}
	ranges, _ := m.Get("images-by-semver").Map()
	for _, name := range ranges.Names() {
		g.choose(name, ranges.Get(name), byRange)
	}
	m.Note(g.notes())
}

// notes returns the remarks on how skopeo reaches the registry. Nothing of a login is written or quoted.
func (g registry) notes() map[string]member.Note {
	host := "REGISTRY"
	if draft.CheckName(g.host) == nil {
		host = printable.Short(g.host, 100)
	}
	return map[string]member.Note{
		"credentials": member.Login(host),
		"tls-verify":  member.Insecure(host, "true"),
		"cert-dir":    member.Certificates(host),
	}
}

// names returns the names of a repository of the registry and of its destination; false, with a remark, if it has none.
func (g registry) names(name string, v member.Value) (source imagename.Name, destination string, ok bool) {
	source, err := draft.ParseName(g.host + "/" + name)
	if err == nil && !source.IsRepository() {
		err = fmt.Errorf("%q is an image, and no repository", source)
	}
	if err == nil {
		form := target.LastElement
		if g.options.Scoped {
			form = target.WithHost
		}
		destination, err = target.Repository(g.options.Destination, source, form)
	}
	if err != nil {
		v.Remark(draft.LeftOut, "%v", err)
	}
	return source, destination, err == nil
}

// choose adds a selection of a repository whose tags a text chooses.
func (g registry) choose(name string, v member.Value, by func(string) ([]selection.Rule, error)) {
	source, destination, ok := g.names(name, v)
	if !ok {
		return
	}
	text, ok := v.Text()
	if !ok {
		return
	}
	chosen, err := by(text)
	if err != nil {
		v.Remark(draft.LeftOut, "%v", err)
		return
	}
	g.add(v, source, destination, chosen...)
}

// byExpression returns the rule for a regular expression, which skopeo finds anywhere in a tag.
func byExpression(text string) ([]selection.Rule, error) {
	pattern, err := rules.Tag(text)
	if err != nil {
		return nil, fmt.Errorf("the expression %w", err)
	}
	return rules.Including(pattern), nil
}

// byRange returns the rules for a range of versions: tags of one to three numbers without a suffix. One with a suffix
// is a pre-release to skopeo, whatever it means, and in no range that does not name one.
func byRange(text string) ([]selection.Rule, error) {
	within, err := rules.Open(text)
	if err != nil {
		return nil, err
	}
	return rules.Releases(within), nil
}

func (g registry) add(
	v member.Value, source imagename.Name, destination string, chosen ...selection.Rule,
) {
	e := entry.Entry{Source: source.String(), Destinations: []string{destination}}
	for _, rule := range chosen {
		e.Tags = append(e.Tags, entry.Rule{Rule: rule})
	}
	g.into.Add(draft.Entry{Entry: e, Line: v.Line, Field: v.Field})
}
