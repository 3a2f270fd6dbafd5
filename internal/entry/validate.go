package entry

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

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

// ValidateSource returns an error if the entry can't have its source.
func (e Entry) ValidateSource() error {
	if e.IsSelection() {
		_, err := parseSelected(e.Source)
		return err
	}
	return ParseName(e.Source).problem("source")
}

// ValidateDestination returns an error if the entry can't have the name as a destination.
func (e Entry) ValidateDestination(text string) error {
	if e.IsSelection() {
		_, err := ParseTemplate(text)
		return err
	}
	return ParseName(text).problem("destination")
}

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

// Problems returns all problems of the entry, and nil if there are none.
//
// Of an image entry, each name must be that of an image in a registry. There must be 1 to [MaxDestinations]
// destinations; of more, which a file can repeat by aliases, none is parsed. A destination must not be the source,
// repeat another destination, or have a digest that the source can never have. Of a selection, rules and patterns must
// be sound, the source must be a repository or a namespace, and destinations must be templates that make other
// repositories.
func (e Entry) Problems() []Problem {
	var problems []Problem
	switch {
	case e.IsSelection():
		problems = e.selectionProblems()
	case isNamespace(e.Source) && checkText(e.Source) == nil:
		problems = []Problem{
			problem(fmt.Errorf("source: %q stands for many repositories: give tags, which say what of "+
				"them is mirrored", e.Source)),
		}
	default:
		problems = e.imageProblems()
	}
	if !e.IsSelection() && !e.Repos.IsZero() {
		problems = append(problems, problem(errors.New("repos are of an entry with tags")))
	}
	if err := e.checkOptions(); err != nil {
		problems = append(problems, problem(err))
	}
	for _, err := range checkLabels(e.Labels) {
		problems = append(problems, problem(err))
	}
	return problems
}

// imageProblems returns the problems of the names of an image entry.
func (e Entry) imageProblems() []Problem {
	var problems []Problem
	source := ParseName(e.Source)
	sourceErr := source.problem("source")
	if sourceErr != nil {
		problems = append(problems, problem(sourceErr))
	}
	switch count := len(e.Destinations); {
	case count == 0:
		problems = append(problems, problem(errors.New("no destination")))
	case count > MaxDestinations: // with each of which something may be wrong
		err := fmt.Errorf("%d destinations; an entry may have %d", count, MaxDestinations)
		return append(problems, problem(err))
	}
	add := func(i int, err error) { problems = append(problems, problemAt(i, err)) }
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
		case sourceErr == nil && !e.mayBe(source.Name, name.Digest):
			add(i, fmt.Errorf("destination %q is fixed to a digest that the source is not fixed to", text))
		}
		seen[name] = text
	}
	return problems
}

// mayBe reports whether a destination of the source may be fixed to a digest; "" is none. Where platforms are left out,
// which digest that is follows from the source's.
func (e Entry) mayBe(source imagename.Name, d digest.Digest) bool {
	return d == "" || d == source.Digest || source.Digest != "" && e.Platforms != ""
}

// problem returns why a name can't be written as what it is.
func (n Name) problem(what string) error {
	err := checkText(n.Text)
	if err == nil {
		err = n.Err
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// checkText returns why a text can't be a name, whatever it means.
func checkText(text string) error {
	if err := ValidateKey(text); err != nil {
		return err
	}
	if strings.ContainsAny(text, ", \t\r\n") { // no list of names can hold it
		return fmt.Errorf("image name %q has a comma or a blank in it", text)
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
