package regsync

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"ecrmirror/internal/convert/draft"
	"ecrmirror/internal/convert/member"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
)

// step makes an entry of a step. It makes none, with a remark, where more would be mirrored than the step says, or to
// another place.
func step(v member.Value, into *draft.Draft) {
	m, ok := v.Map()
	if !ok {
		return
	}
	s := &sync{draft.Entry{Line: v.Line, Field: v.Field}, true}
	source, target := s.name(m.Get("source")), s.name(m.Get("target"))
	kind := s.text(m.Get("type"))
	switch kind {
	case typeImage:
		s.fail(v, s.image(source, target))
	case typeRepository:
		s.Tags = s.tags(&m)
		s.fail(v, s.repository(source, target))
	case typeRegistry:
		s.Tags = s.tags(&m)
		s.Repos = s.repos(m.Get("repos"))
		s.fail(v, s.registry(source, target))
	default:
		s.fail(v, errors.New("type must be image, repository or registry"))
	}
	if kind != typeImage {
		s.renamed(m.Get("targetTag"))
	}
	notes := maps.Clone(settings())
	maps.Copy(notes, stepNotes(kind))
	m.Note(notes)
	if s.ok {
		into.Add(s.Entry)
	}
}

// sync is a step that is read.
type sync struct {
	draft.Entry
	ok bool // so far; a remark says why not
}

// stepNotes returns the remarks on members of steps alone, of a type.
func stepNotes(kind string) map[string]member.Note {
	ignored := member.Note{Kind: draft.Elsewhere, Text: "regsync does not read it in a step of type " + kind}
	notes := map[string]member.Note{"platform": member.Platforms(), "platforms": member.Platforms()}
	switch kind {
	case typeImage:
		notes["tags"], notes["tagSets"], notes["repos"], notes["targetTag"] = ignored, ignored, ignored, ignored
	case typeRepository:
		notes["repos"] = ignored
	}
	return notes
}

// The types of steps.
const (
	typeImage      = "image"
	typeRepository = "repository"
	typeRegistry   = "registry"
)

// fail leaves the step out where there is an error.
func (s *sync) fail(v member.Value, err error) {
	if err != nil && s.ok {
		v.Note(draft.LeftOut, "%v", err)
		s.ok = false
	}
}

// renamed leaves out a step whose tags get other names.
func (s *sync) renamed(targetTag member.Value) {
	if !targetTag.IsZero() {
		targetTag.Remark(draft.LeftOut, "and the step with it: destination tags of a selection are the source's; "+
			"write an entry for each image, with the tag that it is to have")
		s.ok = false
	}
}

func (s *sync) text(v member.Value) string {
	text, ok := v.Text()
	s.ok = s.ok && ok
	return text
}

// name reads the name of a source or target, which must be in a registry.
func (s *sync) name(v member.Value) string {
	text := s.text(v)
	err := draft.CheckName(text)
	switch {
	case !s.ok:
		return ""
	case err == nil && text == "":
		err = errors.New("there must be one")
	case err == nil && (strings.HasPrefix(text, "ocidir:") || strings.HasPrefix(text, "ocifile:")):
		err = errors.New("entries name images in registries: copy OCI layouts by mirror oci:PATH DEST")
	}
	if err != nil {
		v.Remark(draft.LeftOut, "and the step with it: %v", err)
		s.ok = false
		return ""
	}
	return text
}

func (s *sync) image(source, target string) error {
	from, err := imageOf(source)
	if err != nil {
		return err
	}
	to, err := imageOf(target)
	if err != nil {
		return err
	}
	s.Source, s.Destinations = from.String(), []string{to.String()}
	return nil
}

// imageOf parses the name of an image, whose tag is latest where it has neither tag nor digest.
func imageOf(text string) (imagename.Name, error) {
	name, err := draft.ParseName(text)
	return name.OrLatest(), err
}

// repository sets the names of a step from repository to repository, where regsync passes over tags.
func (s *sync) repository(source, target string) error {
	from, err := draft.ParseName(source)
	if err != nil {
		return err
	}
	to, err := draft.ParseName(target)
	if err != nil {
		return err
	}
	from.Tag, from.Digest, to.Tag, to.Digest = "", "", "", ""
	s.Source, s.Destinations = from.String(), []string{to.String()}
	return nil
}

// registry sets the names of a step from all of a registry to a registry, or below a path of it.
func (s *sync) registry(source, target string) error {
	namespace, err := imagename.ParseNamespace(strings.TrimSuffix(source, "/") + imagename.BelowAll)
	if err != nil {
		return err
	}
	to := strings.TrimSuffix(target, "/") + "/"
	if _, err := entry.ParseTemplate(to); err != nil {
		return fmt.Errorf("target: %w", err)
	}
	s.Source, s.Destinations = namespace.String(), []string{to}
	return nil
}
