// Package request says what one mirror job is asked: to copy images of a source repository to destinations. Options
// say how a request differs from that. The controller writes a request as the parameters of a job,
// [Request.Parameters]. The mirror program reads it from its arguments, [Parse] and [ParseOptions], and the copy engine
// carries it out. The package only computes.
//
// Several images are written as the tags of one repository, and each destination as a repository that gets the same
// tags: docker.io/library/postgres:16.1,16.2 and HOST/postgres:*.
package request

import (
	"strings"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
)

// A Request is what one job is asked.
type Request struct {
	Images []Image // at least one, all of one source repository
	// Destinations has at least one, each once. One whose name is that of a repository stands for each image's own
	// tag there; where there are several images all are so.
	Destinations []imagename.Written
	Options      Options // the zero value is a plain copy
	// Labels are those of the entry, if it has any. The job has them as tags, by which its costs are told from others;
	// to what it does they are nothing.
	Labels map[string]string
}

// An Image is one of the images that are copied.
type Image struct {
	Source imagename.Written
	// Digest is the digest that the source had when the request was made; "" if that was not looked up. It is part of
	// [Request.Name], and no parameter: a job copies what the source has when it runs.
	Digest digest.Digest
}

// New returns a request to copy one image to destinations. Its texts are the names in their full form.
func New(source imagename.Name, destinations ...imagename.Name) Request {
	r := Request{Images: []Image{{Source: imagename.Written{Text: source.String(), Name: source}}}}
	for _, name := range destinations {
		r.Destinations = append(r.Destinations, imagename.Written{Text: name.String(), Name: name})
	}
	return r
}

// Source returns the sources of the images as text: the whole name of the first, and of the others what [Parse] takes
// after a comma.
func (r Request) Source() string {
	var text strings.Builder
	for i, image := range r.Images {
		if i == 0 {
			text.WriteString(image.Source.Text)
			continue
		}
		_, reference := splitReference(image.Source.Text)
		text.WriteString("," + reference)
	}
	return text.String()
}

// DestinationTexts returns the destinations as they are written.
func (r Request) DestinationTexts() []string {
	texts := make([]string, len(r.Destinations))
	for i, destination := range r.Destinations {
		texts[i] = destination.Text
	}
	return texts
}

// DestinationsOf returns the names of the destinations of one of the images: where a destination is a repository, the
// image has the source's tag there, or its digest if it has no tag.
func (r Request) DestinationsOf(image Image) []imagename.Name {
	names := r.DestinationNames()
	for i := range names {
		names[i] = destination(names[i], image.Source.Name)
	}
	return names
}

// DestinationNames returns the destinations' names. A repository stands for the images' own tags there.
func (r Request) DestinationNames() []imagename.Name {
	names := make([]imagename.Name, len(r.Destinations))
	for i, destination := range r.Destinations {
		names[i] = destination.Name
	}
	return names
}
