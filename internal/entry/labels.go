package entry

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// MaxLabels is how many labels an entry may have. AWS Batch takes 50 tags of a job, some of which are the service's
// own.
const MaxLabels = 20

// labelText is what AWS takes in the keys and values of tags: letters, digits and blanks of any script, and some signs.
var labelText = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

// checkLabels returns all that is wrong with labels. They are to be tags of jobs, so that AWS's rules are theirs.
func checkLabels(labels map[string]string) (errs []error) {
	if len(labels) > MaxLabels {
		errs = append(errs, fmt.Errorf("%d labels; an entry may have %d", len(labels), MaxLabels))
	}
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		if err := checkLabel(name, labels[name]); err != nil {
			errs = append(errs, fmt.Errorf("label %q %w", name, err))
		}
	}
	return errs
}

func checkLabel(name, value string) error {
	const longestName, longestValue = 128, 256 // in characters
	switch {
	case name == "":
		return errors.New("has no name")
	case len([]rune(name)) > longestName:
		return fmt.Errorf("is longer than %d characters", longestName)
	case len([]rune(value)) > longestValue:
		return fmt.Errorf("has a value longer than %d characters", longestValue)
	case strings.HasPrefix(strings.ToLower(name), "aws:"):
		return errors.New("begins with aws:, which AWS keeps for itself")
	case !labelText.MatchString(name):
		return errors.New("has a sign other than _.:/=+-@ in its name")
	case !labelText.MatchString(value):
		return errors.New("has a sign other than _.:/=+-@ in its value")
	}
	return nil
}
