package request

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"ecrmirror/internal/imagename"
)

// sameTags stands for the tag of a destination that gets each image by the source's tag.
const sameTags = ":*"

// Parse parses the arguments of the mirror program, without its options: a source, and destinations, each of which may
// be a list with commas. Blanks around names are dropped, and so is one that repeats another in whatever words.
//
// A source may have more tags of its repository after commas, as in alpine:3.20,3.21,edge@sha256:...; a digest after a
// tag says which image it is to be. A destination REPOSITORY:* is a repository that gets each image by its own tag, or
// by its digest if that is all that it has. Several images need such destinations.
//
// An argument that names no image is an error, and so is a destination that is the source. The error says which side it
// concerns.
func Parse(source string, destinations ...string) (Request, error) {
	images, err := parseImages(source)
	if err != nil {
		return Request{}, fmt.Errorf("source: %w", err)
	}
	r := Request{Images: images}
	seen := map[imagename.Name]bool{}
	for _, argument := range destinations {
		texts := imagename.SplitList(argument)
		if len(texts) == 0 {
			return Request{}, fmt.Errorf("destination: image name %q: is empty", argument)
		}
		for _, text := range texts {
			to, err := parseDestination(text)
			if err == nil {
				err = r.check(to)
			}
			if err != nil {
				return Request{}, err
			}
			if !seen[to.Name] {
				seen[to.Name] = true
				r.Destinations = append(r.Destinations, to)
			}
		}
	}
	return r, nil
}

// parseImages parses a source: the name of an image, and more tags of its repository after commas.
func parseImages(source string) ([]Image, error) {
	first, rest, several := strings.Cut(source, ",")
	if isOnDisk(source) { // a path may have commas
		first, several = source, false
	}
	if several {
		first = strings.TrimSpace(first)
	}
	name, err := imagename.ParseWritten(first)
	switch {
	case err != nil && strings.Contains(first, "*"):
		return nil, fmt.Errorf("image name %q: a * is for destinations alone; name the tags, REPOSITORY:TAG,TAG, "+
			"or have an entry of the controller choose them by rules", first)
	case err != nil:
		return nil, err
	}
	images := []Image{{Source: name}}
	if !several {
		return images, nil
	}
	repository, reference := splitReference(first)
	if reference == "" {
		return nil, fmt.Errorf("image name %q: has no tag, and more tags follow after a comma; write %s:TAG,TAG",
			first, first)
	}
	seen := map[string]imagename.Written{tagOrDigest(name.Name): name}
	for _, reference := range imagename.SplitList(rest) {
		image, err := parseMore(repository, reference)
		if err != nil {
			return nil, err
		}
		switch twin, again := seen[tagOrDigest(image.Name)]; {
		case !again:
			seen[tagOrDigest(image.Name)] = image
			images = append(images, Image{Source: image})
		case twin.Name != image.Name:
			return nil, fmt.Errorf("tag %q is there twice, once as %s and once as %s: a destination has it once",
				image.Name.Tag, twin, image)
		}
	}
	return images, nil
}

// tagOrDigest returns what names an image where it goes: its tag, or its digest if it has none.
func tagOrDigest(name imagename.Name) string { return cmp.Or(name.Tag, name.Digest.String()) }

// parseMore parses what follows after a comma: a tag of the repository, a tag and a digest, or @ and a digest.
func parseMore(repository, reference string) (imagename.Written, error) {
	text := repository + ":" + reference
	if strings.HasPrefix(reference, "@") {
		text = repository + reference
	}
	if tag, _, _ := strings.Cut(reference, "@"); strings.ContainsAny(tag, "/:") {
		return imagename.Written{}, fmt.Errorf(
			"%q after a comma is no tag; several images are tags of one repository: %s:TAG,TAG", reference, repository)
	}
	return imagename.ParseWritten(text)
}

// parseDestination parses the name of an image, or of a repository that gets the source's tags.
func parseDestination(text string) (imagename.Written, error) {
	repository, all := strings.CutSuffix(text, sameTags)
	if !all || isOnDisk(text) {
		to, err := imagename.ParseWritten(text)
		if err != nil {
			return to, fmt.Errorf("destination: %w", err)
		}
		return to, nil
	}
	name, err := imagename.Parse(repository)
	switch {
	case err != nil:
		return imagename.Written{}, fmt.Errorf("destination: %w", err)
	case !name.IsRepository():
		return imagename.Written{}, fmt.Errorf(
			"destination %q: has a tag or a digest beside %q, which is the source's tag", text, sameTags)
	}
	return imagename.Written{Text: text, Name: name}, nil
}

var errOneTag = errors.New("has one tag for several images; REPOSITORY:* gives each the source's tag")

// check returns an error if the images can't be copied to a destination.
func (r Request) check(to imagename.Written) error {
	if len(r.Images) > 1 && !to.Name.IsRepository() {
		return fmt.Errorf("destination %s: %w", to, errOneTag)
	}
	for _, image := range r.Images {
		if name := destination(to.Name, image.Source.Name); name.SameImage(image.Source.Name) {
			return fmt.Errorf("destination %s is the source itself", name)
		}
	}
	return nil
}

// destination returns the name of an image at a destination.
func destination(to, source imagename.Name) imagename.Name {
	if to.IsRepository() {
		if to.Tag = source.Tag; to.Tag == "" {
			to.Digest = source.Digest
		}
	}
	return to
}

// isOnDisk reports whether a text names an image on disk.
func isOnDisk(text string) bool {
	return strings.HasPrefix(text, "oci:") || strings.HasPrefix(text, "dir:")
}

// splitReference splits the name of an image in a registry into its repository and what follows: a tag, a tag and a
// digest, or @ and a digest.
func splitReference(text string) (repository, reference string) {
	name, digest, pinned := strings.Cut(text, "@")
	repository = name
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		repository, reference = name[:i], name[i+1:]
	}
	if pinned {
		reference += "@" + digest
	}
	return repository, reference
}
