package entry

import (
	"cmp"
	"fmt"
	"strings"

	"ecrmirror/internal/imagename"
)

// Names are the names of an entry, parsed.
type Names struct {
	Source       Name
	Destinations []Name // one for each of the entry's, in its order
	Selection    string // as in the entry
}

// A Name is a name of an entry: as it is written, and what it means.
type Name struct {
	imagename.Written
	Err error // why an entry can't have the name
}

// Names parses the names of the entry. A name without tag and digest is that of the image with the tag "latest". Those
// of a selection name no image: each has an error, which is [ErrSelection] of one without problems. By that put,
// import, plan and sweep refuse it.
func (e Entry) Names() Names {
	parse := ParseName
	if e.IsSelection() {
		err := cmp.Or(e.Validate(), ErrSelection)
		parse = func(text string) Name { return Name{Written: imagename.Written{Text: text}, Err: err} }
	}
	names := Names{
		Source: parse(e.Source), Destinations: make([]Name, len(e.Destinations)), Selection: e.Selection,
	}
	for i, text := range e.Destinations {
		names.Destinations[i] = parse(text)
	}
	return names
}

// ParseName parses a name of an entry. The name of an image in files has an error: a job's files are gone when it ends,
// and the controller can't see them, so that such an image would be stale for ever.
func ParseName(text string) Name {
	if strings.HasSuffix(text, "/") {
		return Name{Written: imagename.Written{Text: text}, Err: fmt.Errorf("image name %q ends in /, as the "+
			"destinations of a selection may: name an image, or give tags", text)}
	}
	written, err := imagename.ParseWritten(text)
	if err == nil && written.Name.IsOnDisk() {
		err = inRegistriesOnly(text)
	}
	return Name{Written: written, Err: err}
}

func inRegistriesOnly(text string) error {
	return fmt.Errorf("image name %q: an entry can name images in registries only", text)
}
