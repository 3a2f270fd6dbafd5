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

// Validate returns the problems of the entry as one error of one line, and nil if there are none.
func (e Entry) Validate() error { return oneLine(errorsOf(e.Problems())) }

// ValidateAt returns why an entry must not be written at a time, nil if it may: as [Entry.Validate] does, and also
// where the entry has expired by then.
func (e Entry) ValidateAt(now time.Time) error {
	errs := errorsOf(e.Problems())
	if e.ExpiredBy(now) {
		errs = append(errs, errors.New("would have expired at "+FormatExpiry(e.Expires)))
	}
	return oneLine(errs)
}

// ValidateSource returns an error if an entry can't have the name as its source.
func ValidateSource(text string) error { return ParseName(text).problem("source") }

// ValidateDestination returns an error if an entry can't have the name as a destination.
func ValidateDestination(text string) error { return ParseName(text).problem("destination") }

// ValidateKey returns an error if DynamoDB refuses the source as a key. It does not parse the source.
func ValidateKey(source string) error {
	switch {
	case source == "":
		return errors.New("image name is empty")
	case len(source) > MaxName:
		return fmt.Errorf("image name of %d bytes; the longest may have %d", len(source), MaxName)
	}
	return nil
}

// A Problem is a reason why an entry must not be written.
type Problem struct {
	Destination int // index of the destination that has the problem; -1 if the source or the entry has it
	Err         error
}

// Problems returns all problems of the entry's names, and nil if there are none. Each name must be that of an image in
// a registry. There must be 1 to [MaxDestinations] destinations; of more, which a file can repeat by aliases, none is
// parsed. A destination must not be the source, repeat another destination, or have a digest that the source can never
// have.
func (e Entry) Problems() []Problem {
	var problems []Problem
	add := func(i int, err error) { problems = append(problems, Problem{i, err}) }
	source := ParseName(e.Source)
	sourceErr := source.problem("source")
	if sourceErr != nil {
		add(-1, sourceErr)
	}
	switch count := len(e.Destinations); {
	case count == 0:
		add(-1, errors.New("no destination"))
	case count > MaxDestinations: // with each of which something may be wrong
		add(-1, fmt.Errorf("%d destinations; an entry may have %d", count, MaxDestinations))
		return problems
	}
	seen := map[imagename.Name]string{}
	for i := range e.Destinations {
		destination := ParseName(e.Destinations[i])
		if err := destination.problem("destination"); err != nil {
			add(i, err)
			continue
		}
		name, text := destination.Name, destination.Text
		first, repeated := seen[name]
		switch {
		case sourceErr == nil && name.SameImage(source.Name):
			add(i, fmt.Errorf("destination %q is the source itself", text))
		case repeated && first == text:
			add(i, fmt.Errorf("destination %q is named twice", text))
		case repeated:
			add(i, fmt.Errorf("destination %q is the same image as %q", text, first))
		case sourceErr == nil && name.Digest != "" && source.Name.Digest != name.Digest:
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
