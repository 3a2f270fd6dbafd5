package entry

import (
	"fmt"

	"ecrmirror/internal/imagename"
)

// Names are the names of an entry, parsed.
type Names struct {
	Source       Name
	Destinations []Name // one for each of the entry's, in its order
}

// A Name is a name of an entry: as it is written, and what it means.
type Name struct {
	imagename.Written
	Err error // why no entry can have the name; it means nothing then
}

// Names parses the entry's names. A source without tag and digest is the image "latest", and so is a destination.
func (e Entry) Names() Names {
	names := Names{Source: ParseName(e.Source), Destinations: make([]Name, len(e.Destinations))}
	for i, text := range e.Destinations {
		names.Destinations[i] = ParseName(text)
	}
	return names
}

// ParseName parses a name of an entry. A job's files are gone when it ends, and not where the controller looks, so
// that an image in files would be stale for ever.
func ParseName(text string) Name {
	written, err := imagename.ParseWritten(text)
	if err == nil && (written.Name.Kind == imagename.OCILayout || written.Name.Kind == imagename.Directory) {
		err = fmt.Errorf("image name %q: an entry can name images in registries only", text)
	}
	return Name{Written: written, Err: err}
}
