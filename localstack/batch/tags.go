package batch

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// tagsLimit is how many tags a job, and an ECS task, may have.
const tagsLimit = 50

// tagText is what the keys and values of tags may be made of: letters, digits, spaces
// and some signs of any script.
var tagText = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

func checkTags(tags map[string]string) error {
	if len(tags) > tagsLimit {
		return refused("at most %d tags may be given, got %d", tagsLimit, len(tags))
	}
	for key, value := range tags {
		switch {
		case key == "" || utf8.RuneCountInString(key) > 128 || utf8.RuneCountInString(value) > 256:
			return refused("tag %q: a key has 1 to 128 characters, a value at most 256", key)
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			return refused("tag %q: aws: is reserved", key)
		case !tagText.MatchString(key) || !tagText.MatchString(value):
			return refused("tag %q: keys and values have letters, digits, spaces and _ . : / = + - @ only", key)
		}
	}
	return nil
}

// taskTags is how many tags a task gets that has both the definition's and the job's.
func taskTags(definition, job map[string]string) int {
	n := len(definition)
	for key := range job {
		if _, both := definition[key]; !both {
			n++
		}
	}
	return n
}
