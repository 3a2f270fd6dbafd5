// Package request says what one mirror job is asked: which images of a source repository are copied to which
// destinations. The controller writes a request as parameters of a job, [Request.Parameters]; the mirror program
// reads it back from its arguments, [Parse]; the copy engine carries it out. All of it is pure.
package request

import (
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
)

// A Request is what one job is asked.
type Request struct {
	Images       []Image             // what is copied: images of one source repository. The programs ask for one
	Destinations []imagename.Written // where to, at least one, each once
}

// An Image is an image that is copied.
type Image struct {
	Source imagename.Written
	// Digest is what the source has as far as the asker knows; "" if it has not looked. It is part of the
	// request's [Request.Name] alone: what is copied is what the source has when the job comes to it.
	Digest digest.Digest
}

// New returns the request to copy one image to destinations. Its texts are the names' full forms.
func New(source imagename.Name, destinations ...imagename.Name) Request {
	r := Request{Images: []Image{{Source: imagename.Written{Text: source.String(), Name: source}}}}
	for _, name := range destinations {
		r.Destinations = append(r.Destinations, imagename.Written{Text: name.String(), Name: name})
	}
	return r
}

// Parse parses the arguments of the mirror program: a source, and destinations, each argument one or a list with
// commas. Blanks around names are dropped, and destinations that repeat another in whatever words. It is an error
// if an argument names no image, or if a destination is the source itself. The error says which side is wrong.
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

// Source returns the images' sources as text, with commas between them.
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
