package controller

import (
	"fmt"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/table"
)

// An image is an image name as it was written, and as it is understood.
type image struct {
	written string
	name    imagename.Name
}

// parse parses an entry's names and drops destinations that repeat another in other words.
func parse(entry table.Entry) (source imagename.Name, destinations []image, err error) {
	source, err = parseName(entry.Source)
	if err != nil {
		return source, nil, fmt.Errorf("source: %w", err)
	}
	seen := map[imagename.Name]bool{}
	for _, written := range entry.Destinations {
		name, err := parseName(written)
		if err != nil {
			return source, nil, fmt.Errorf("destination: %w", err)
		}
		if name.SameImage(source) {
			return source, nil, fmt.Errorf("destination %q is the source itself", written)
		}
		if !seen[name] {
			seen[name] = true
			destinations = append(destinations, image{written, name})
		}
	}
	return source, destinations, nil
}

// parseName parses a name in an entry. A job's files are gone when it ends, and not
// where the controller looks, so that an image in files would be stale for ever.
func parseName(written string) (imagename.Name, error) {
	name, err := imagename.Parse(written)
	if name.Kind == imagename.OCILayout || name.Kind == imagename.Directory {
		err = fmt.Errorf("image name %q: an entry can name images in registries only", written)
	}
	return name, err
}
