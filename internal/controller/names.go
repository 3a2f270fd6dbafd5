package controller

import (
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
)

// A target is a destination as it was written, and what has to be known about it.
type target struct {
	written string
	name    int           // in its wave
	pinned  digest.Digest // the digest that the name says, or ""
	err     error         // what is wrong with the name; the rest is not set then
}

// parse parses an entry's names and drops destinations that repeat another in other words. The error
// is about the source; what is wrong with a destination is with that, and goes for it alone.
func (w *wave) parse(entry *entry.Entry) (source imagename.Name, targets []target, err error) {
	source, err = parseName(entry.Source)
	if err == nil && w.run.Allowed != nil {
		err = w.run.Allowed.Source(source)
	}
	if err != nil {
		return source, nil, fmt.Errorf("source: %w", err)
	}
	targets = make([]target, 0, len(entry.Destinations))
	for _, written := range entry.Destinations {
		name, err := parseName(written)
		switch {
		case err == nil && name.SameImage(source):
			err = errors.New("is the source itself")
		case err == nil && w.repeats(targets, name):
			continue
		case err == nil && w.run.Allowed != nil:
			err = w.run.Allowed.Destination(name)
		}
		if err != nil {
			targets = append(targets, target{written: written, err: err})
			continue
		}
		targets = append(targets, target{written: written, pinned: name.Digest, name: w.index(name)})
	}
	return source, targets, nil
}

// repeats reports whether one of the targets is that image.
func (w *wave) repeats(targets []target, name imagename.Name) bool {
	i, known := w.indices[keyOf(name)]
	if !known {
		return false
	}
	for _, t := range targets {
		if t.err == nil && t.name == i {
			return true
		}
	}
	return false
}

// parseName parses a name in an entry. A job's files are gone when it ends, and not
// where the controller looks, so that an image in files would be stale for ever.
func parseName(written string) (imagename.Name, error) {
	name, err := imagename.ParseImage(written)
	if name.Kind == imagename.OCILayout || name.Kind == imagename.Directory {
		err = fmt.Errorf("image name %q: an entry can name images in registries only", written)
	}
	return name, err
}
