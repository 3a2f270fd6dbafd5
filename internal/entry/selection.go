package entry

import (
	"errors"
	"fmt"
	"strings"

	"ecrmirror/internal/imagename"
)

// ErrSelection says that an entry names no image, since it is a selection.
var ErrSelection = errors.New("the entry has tags: it names no image, but a repository or a namespace")

// isNamespace reports whether a source stands for many repositories.
func isNamespace(source string) bool { return strings.HasSuffix(source, imagename.BelowAll) }

// A Selected is the source of a selection: a repository, or a namespace with all that is below it.
type Selected struct {
	Repository imagename.Name      // zero of a namespace
	Namespace  imagename.Namespace // zero of a repository
}

// ParseSelected parses the source of a selection. A tag or a digest is an error: rules choose the tags.
func ParseSelected(text string) (Selected, error) {
	if isNamespace(text) {
		namespace, err := imagename.ParseNamespace(text)
		return Selected{Namespace: namespace}, err
	}
	name, err := imagename.Parse(text)
	switch {
	case err != nil && strings.Contains(text, "*"):
		return Selected{}, fmt.Errorf(
			"image name %q: only %s at the end stands for repositories; repos choose among them",
			text,
			imagename.BelowAll,
		)
	case err != nil:
		return Selected{}, err
	case name.IsOnDisk():
		return Selected{}, inRegistriesOnly(text)
	case name.Digest != "":
		return Selected{}, fmt.Errorf("image name %q has a digest beside tags: name the repository alone", text)
	case name.Tag != "":
		return Selected{}, fmt.Errorf(
			"image name %q has a tag beside tags: name the repository alone, and pin %s there",
			text,
			name.Tag,
		)
	}
	return Selected{Repository: name}, nil
}

// IsNamespace reports whether the source is a namespace.
func (s Selected) IsNamespace() bool { return s.Namespace != imagename.Namespace{} }

// Canonical returns the one form of all those that mean the same source.
func (s Selected) Canonical() string {
	if s.IsNamespace() {
		return s.Namespace.Canonical().String()
	}
	return s.Repository.Canonical().String()
}

// samples returns repositories that the source may have: one, or two of a namespace that differ in all elements.
func (s Selected) samples() []imagename.Name {
	if !s.IsNamespace() {
		return []imagename.Name{s.Repository}
	}
	below := strings.TrimPrefix(s.Namespace.Path+"/", "/")
	return []imagename.Name{s.Namespace.Repository(below + "a0/b0"), s.Namespace.Repository(below + "c0/d0")}
}
