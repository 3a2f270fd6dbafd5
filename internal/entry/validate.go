package entry

import (
	"errors"
	"fmt"
	"strings"
	"time"

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

// Validate returns the entry's problems as one error, nil if it has none.
func (e Entry) Validate() error { return oneLine(errorsOf(e.Problems())) }

// ValidateAt is Validate, and refuses an entry that has expired by now.
func (e Entry) ValidateAt(now time.Time) error {
	errs := errorsOf(e.Problems())
	if e.ExpiredBy(now) {
		errs = append(errs, errors.New("would have expired at "+FormatExpiry(e.Expires)))
	}
	return oneLine(errs)
}

// ValidateSource returns why the name can't be that of a source, nil if it can.
func ValidateSource(text string) error { return ParseName(text).problem("source") }

// ValidateDestination returns why the name can't be that of a destination, nil if it can.
func ValidateDestination(text string) error { return ParseName(text).problem("destination") }

// ValidateKey returns why no entry can have this source, whatever it means: DynamoDB refuses such a key. nil if one
// can.
func ValidateKey(source string) error {
	switch {
	case source == "":
		return errors.New("image name is empty")
	case len(source) > MaxName:
		return fmt.Errorf("image name of %d bytes; the longest may have %d", len(source), MaxName)
	}
	return nil
}

// A Problem says why an entry must not be written.
type Problem struct {
	Destination int // whose problem it is: an index, or -1 if it is the source's or the entry's
	Err         error
}

// Problems returns everything that is wrong with the entry, nil if nothing is.
func (e Entry) Problems() []Problem { return e.Names().Problems() }

// Problems returns everything that is wrong with the names of an entry, nil if nothing is. They
// must be of images in registries; a destination must not be the source, repeat
// another one, or be fixed to a digest that the source can never have.
func (n Names) Problems() []Problem {
	var problems []Problem
	add := func(i int, err error) { problems = append(problems, Problem{i, err}) }
	sourceErr := n.Source.problem("source")
	if sourceErr != nil {
		add(-1, sourceErr)
	}
	switch count := len(n.Destinations); {
	case count == 0:
		add(-1, errors.New("no destination"))
	case count > MaxDestinations: // with each of which something may be wrong
		add(-1, fmt.Errorf("%d destinations; an entry may have %d", count, MaxDestinations))
		return problems
	}
	seen := map[imagename.Name]string{}
	for i, destination := range n.Destinations {
		if err := destination.problem("destination"); err != nil {
			add(i, err)
			continue
		}
		name, text := destination.Name, destination.Text
		first, repeated := seen[name]
		switch {
		case sourceErr == nil && name.SameImage(n.Source.Name):
			add(i, fmt.Errorf("destination %q is the source itself", text))
		case repeated && first == text:
			add(i, fmt.Errorf("destination %q is named twice", text))
		case repeated:
			add(i, fmt.Errorf("destination %q is the same image as %q", text, first))
		case sourceErr == nil && name.Digest != "" && n.Source.Name.Digest != name.Digest:
			add(i, fmt.Errorf("destination %q is fixed to a digest that the source is not fixed to", text))
		}
		seen[name] = text
	}
	return problems
}

// problem returns why a name can't be written as what it is.
func (n Name) problem(what string) error {
	err := ValidateKey(n.Text)
	switch {
	case err == nil && strings.ContainsAny(n.Text, ", \t\r\n"): // no list of names can hold it
		err = fmt.Errorf("image name %q has a comma or a blank in it", n.Text)
	case err == nil:
		err = n.Err
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func errorsOf(problems []Problem) []error {
	errs := make([]error, len(problems))
	for i, problem := range problems {
		errs[i] = problem.Err
	}
	return errs
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
