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
	Err error // why an entry can't have the name
}

// Names parses the names of the entry. A name without tag and digest is that of the image with the tag "latest".
func (e Entry) Names() Names {
	names := Names{Source: ParseName(e.Source), Destinations: make([]Name, len(e.Destinations))}
	for i, text := range e.Destinations {
		names.Destinations[i] = ParseName(text)
	}
	return names
}

// ParseName parses a name of an entry. The name of an image in files has an error: a job's files are gone when it ends,
// and the controller can't see them, so that such an image would be stale for ever.
func ParseName(text string) Name {
	written, err := imagename.ParseWritten(text)
	if err == nil && written.Name.IsOnDisk() {
		err = fmt.Errorf("image name %q: an entry can name images in registries only", text)
	}
	return Name{Written: written, Err: err}
}
