// Package request says what one mirror job is asked: to copy images of a source repository to destinations. Options
// say how a request differs from that. The controller writes a request as the parameters of a job,
// [Request.Parameters]. The mirror program reads it from its arguments, [Parse] and [ParseOptions], and the copy engine
// carries it out. The package only computes.
package request

import (
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
)

// A Request is what one job is asked.
type Request struct {
	Images       []Image             // images of one source repository; the programs ask for one
	Destinations []imagename.Written // at least one, each once
	Options      Options             // the zero value is a plain copy
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

// Parse parses the arguments of the mirror program, without its options: a source, and destinations, each of which may
// be a list with commas. Blanks around names are dropped, and so is a destination that repeats another one in whatever
// words. An argument that names no image is an error, and so is a destination that is the source. The error says which
// side it concerns.
func Parse(source string, destinations ...string) (Request, error) {
	from, err := imagename.ParseWritten(source)
	if err != nil {
		return Request{}, fmt.Errorf("source: %w", err)
	}
	r := Request{Images: []Image{{Source: from}}}
	seen := map[imagename.Name]bool{}
	for _, argument := range destinations {
		texts := imagename.SplitList(argument)
		if len(texts) == 0 {
			return Request{}, fmt.Errorf("destination: image name %q: is empty", argument)
		}
		for _, text := range texts {
			to, err := imagename.ParseWritten(text)
			switch {
			case err != nil:
				return Request{}, fmt.Errorf("destination: %w", err)
			case to.Name.SameImage(from.Name):
				return Request{}, fmt.Errorf("destination %s is the source itself", to.Name)
			case !seen[to.Name]:
				seen[to.Name] = true
				r.Destinations = append(r.Destinations, to)
			}
		}
	}
	return r, nil
}

// Source returns the sources of the images as text, with commas between them.
func (r Request) Source() string {
	texts := make([]string, len(r.Images))
	for i, image := range r.Images {
		texts[i] = image.Source.Text
	}
	return strings.Join(texts, ",")
}

// DestinationTexts returns the destinations as they are written.
func (r Request) DestinationTexts() []string {
	texts := make([]string, len(r.Destinations))
	for i, destination := range r.Destinations {
		texts[i] = destination.Text
	}
	return texts
}

// DestinationNames returns the destinations' names.
func (r Request) DestinationNames() []imagename.Name {
	names := make([]imagename.Name, len(r.Destinations))
	for i, destination := range r.Destinations {
		names[i] = destination.Name
	}
	return names
}
