package pattern

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// maxSteps is how many steps a regular expression may have. A repetition counts as often as it may repeat: a list of
// patterns such as \p{L}{1000}\p{N}{1000} takes megabytes.
const maxSteps = 1000

// expression compiles a regular expression between slashes. It is parsed by itself first: /a)|(b/ is none, though it is
// within parentheses.
func expression(text string) (Pattern, error) {
	inner, ok := strings.CutSuffix(text[1:], "/")
	if !ok || inner == "" {
		return Pattern{}, errors.New(
			"is a regular expression without its end: write it between slashes, /main-[0-9a-f]{7}/")
	}
	parsed, err := syntax.Parse(inner, syntax.Perl)
	if err != nil {
		return Pattern{}, fmt.Errorf("is no regular expression of RE2: %s",
			strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	if steps(parsed) > maxSteps {
		return Pattern{}, fmt.Errorf("is too large: it may have %d steps, with all repetitions", maxSteps)
	}
	re, err := regexp.Compile(`^(?:` + inner + `)$`)
	if err != nil {
		return Pattern{}, err
	}
	return Pattern{text, re.MatchString}, nil
}

// steps returns how many steps an expression has, or some number above [maxSteps].
func steps(re *syntax.Regexp) int {
	n := 1 + len(re.Rune)
	for _, sub := range re.Sub {
		n += min(steps(sub), maxSteps+1)
	}
	if re.Op == syntax.OpRepeat {
		n *= max(1, re.Min, re.Max)
	}
	return n
}
