package entry

import (
	"fmt"
	"strings"

	"ecrmirror/internal/imagename"
)

// A Name is a name of an entry: as it is written, and what it means.
type Name struct {
	imagename.Written
	Err error // why an entry can't have the name
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
