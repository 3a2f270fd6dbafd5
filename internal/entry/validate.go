package entry

import (
	"errors"
	"fmt"
	"strings"

	"ecrmirror/internal/imagename"
)

// Limits of what is written.
const (
	// MaxDestinations is how many destinations an entry may have. It keeps an item with
	// its status under the 400 KB that DynamoDB allows.
	MaxDestinations = 200
	// MaxName is the size of the longest key that DynamoDB takes, in bytes, and longer than any image name.
	MaxName = 2048
)

// A Problem says why an entry must not be written.
type Problem struct {
	Destination int // whose problem it is: an index, or -1 if it is the source's or the entry's
	Err         error
}

// Problems returns everything that is wrong with the entry, nil if nothing is. Names
// must be of images in registries; a destination must not be the source, repeat
// another one, or be fixed to a digest that the source can never have.
func (e Entry) Problems() []Problem {
	var problems []Problem
	add := func(i int, err error) { problems = append(problems, Problem{i, err}) }
	source, sourceErr := parseName("source", e.Source)
	if sourceErr != nil {
		add(-1, sourceErr)
	}
	switch n := len(e.Destinations); {
	case n == 0:
		add(-1, errors.New("no destination"))
	case n > MaxDestinations: // with each of which something may be wrong
		return append(problems, Problem{-1, fmt.Errorf("%d destinations; an entry may have %d", n, MaxDestinations)})
	}
	seen := map[imagename.Name]string{}
	for i, written := range e.Destinations {
		name, err := parseName("destination", written)
		if err != nil {
			add(i, err)
			continue
		}
		first, repeated := seen[name]
		switch {
		case sourceErr == nil && name.SameImage(source):
			add(i, fmt.Errorf("destination %q is the source itself", written))
		case repeated && first == written:
			add(i, fmt.Errorf("destination %q is named twice", written))
		case repeated:
			add(i, fmt.Errorf("destination %q is the same image as %q", written, first))
		case sourceErr == nil && name.Digest != "" && source.Digest != name.Digest:
			add(i, fmt.Errorf("destination %q is fixed to a digest that the source is not fixed to", written))
		}
		seen[name] = written
	}
	return problems
}

// CheckSource returns why the name can't be that of a source, nil if it can.
func CheckSource(written string) error {
	_, err := parseName("source", written)
	return err
}

// CheckDestination does the same for a destination.
func CheckDestination(written string) error {
	_, err := parseName("destination", written)
	return err
}

// parseName parses a name in an entry. A job's files are gone when it ends, so that
// an image in files would be stale for ever.
func parseName(what, written string) (imagename.Name, error) {
	err := CheckKey(written)
	if err == nil && strings.ContainsAny(written, ", \t\r\n") { // no list of names can hold it
		err = fmt.Errorf("image name %q has a comma or a blank in it", written)
	}
	if err != nil {
		return imagename.Name{}, fmt.Errorf("%s: %w", what, err)
	}
	name, err := imagename.ParseImage(written)
	switch {
	case err != nil:
		return name, fmt.Errorf("%s: %w", what, err)
	case name.Kind == imagename.OCILayout || name.Kind == imagename.Directory:
		return name, fmt.Errorf("%s: image name %q: an entry can name images in registries only", what, written)
	}
	return name, nil
}

// CheckKey returns why no entry can have this source, whatever it means: DynamoDB refuses such a key. nil if one can.
func CheckKey(name string) error {
	switch {
	case name == "":
		return errors.New("image name is empty")
	case len(name) > MaxName:
		return fmt.Errorf("image name of %d bytes; the longest may have %d", len(name), MaxName)
	}
	return nil
}

// oneLine joins errors, nil if there are none.
func oneLine(errs []error) error {
	switch len(errs) {
	case 0:
		return nil
	case 1:
		return errs[0]
	}
	texts := make([]string, len(errs))
	for i, err := range errs {
		texts[i] = err.Error()
	}
	return errors.New(strings.Join(texts, "; "))
}
