package entry

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/spelling"
)

// What stands in a template for parts of the source's name.
const (
	placeRepository = "repository" // the repository's full name within its registry
	placeName       = "name"       // the last element of that
)

var (
	placeholder = regexp.MustCompile(`\{([^{}]*)\}`)
	braces      = strings.NewReplacer("{"+placeRepository+"}", "", "{"+placeName+"}", "")
)

// A Template is a destination of a selection: it says for each repository of the source which one is to have its
// images, with the same tags. [ParseTemplate] makes it.
type Template struct{ text string }

// ParseTemplate parses a destination of a selection:
//
//   - HOST/NAME is a repository;
//   - HOST/PREFIX/ is a prefix: the source's full name goes below it, library/nginx to HOST/PREFIX/library/nginx;
//   - in HOST/NAME, {repository} stands for the source's full name and {name} for its last element.
func ParseTemplate(text string) (Template, error) {
	t := Template{text: text}
	host, path, _ := strings.Cut(text, "/")
	for _, m := range placeholder.FindAllStringSubmatch(path, -1) {
		if m[1] != placeRepository && m[1] != placeName {
			return Template{}, fmt.Errorf("destination %q: %s stands for nothing%s", text, m[0],
				spelling.Meant(m[1], placeRepository, placeName))
		}
	}
	isPrefix, hasPlaces := strings.HasSuffix(text, "/"), t.hasPlaces()
	switch {
	case strings.ContainsAny(host, "{}"):
		return Template{}, fmt.Errorf("destination %q: a registry's host can't depend on the source", text)
	case strings.ContainsAny(braces.Replace(path), "{}"):
		return Template{}, fmt.Errorf("destination %q: a brace has no other one", text)
	case isPrefix && hasPlaces:
		return Template{}, fmt.Errorf("destination %q ends in / and has a %s: it is one or the other", text,
			placeholder.FindString(path))
	}
	source := imagename.Name{Repository: "team/app"} // for example
	_, err := t.expand(source)
	switch {
	case err != nil && (isPrefix || hasPlaces):
		return Template{}, fmt.Errorf("destination %q, for example of repository %s: %w", text, source.Repository, err)
	case errors.Is(err, imagename.ErrHostAlone):
		return Template{}, fmt.Errorf("destination %q %w: write %s/ for the source's full name there, or %s/NAME",
			text, imagename.ErrHostAlone, text, text)
	case err != nil:
		return Template{}, fmt.Errorf("destination: %w", err)
	}
	return t, nil
}

// hasPlaces reports whether parts of the source's name stand in the middle of the template.
func (t Template) hasPlaces() bool { return placeholder.MatchString(t.text) }

// String returns the template as it was written.
func (t Template) String() string { return t.text }

// Repository returns the repository that is to have the images of a source repository. The error says that this is no
// name of a repository in its registry; Amazon ECR has rules of its own.
func (t Template) Repository(source imagename.Name) (imagename.Name, error) {
	name, err := t.expand(source)
	if err != nil {
		return imagename.Name{}, fmt.Errorf("destination %q of repository %s: %w", t.text, source.Repository, err)
	}
	return name, nil
}

func (t Template) expand(source imagename.Name) (imagename.Name, error) {
	text := t.text
	if strings.HasSuffix(text, "/") {
		text += source.Repository
	}
	last := source.Repository[strings.LastIndex(source.Repository, "/")+1:]
	text = strings.ReplaceAll(text, "{"+placeRepository+"}", source.Repository)
	text = strings.ReplaceAll(text, "{"+placeName+"}", last)
	name, err := imagename.Parse(text)
	switch {
	case err != nil:
		return imagename.Name{}, err
	case name.IsOnDisk():
		return imagename.Name{}, inRegistriesOnly(text)
	case name.Tag != "" || name.Digest != "":
		return imagename.Name{}, fmt.Errorf(
			"image name %q has a tag or a digest: destinations of a selection have the source's tags", text)
	}
	return name, nil
}
