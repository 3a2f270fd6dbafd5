package batch

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A KeyValue is an environment variable.
type KeyValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A Resource is what a container is given: Type VCPU or MEMORY, Value a number. The stand-in does not enforce it.
type Resource struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// A Timeout ends attempts that take longer. Such a job is not retried.
type Timeout struct {
	Seconds int `json:"attemptDurationSeconds"` // at least 60
}

func (t *Timeout) check() error {
	if t != nil && t.Seconds < 60 {
		return refused("timeout.attemptDurationSeconds must be at least 60, got %d", t.Seconds)
	}
	return nil
}

func checkResources(resources []Resource) error {
	for _, kind := range []string{"VCPU", "MEMORY"} {
		if !slices.ContainsFunc(resources, func(r Resource) bool { return r.Type == kind && r.Value != "" }) {
			return refused("resourceRequirements must have %s", kind)
		}
	}
	return nil
}

func checkCommand(command []string) error {
	if slices.Contains(command, "") {
		return refused("command must not have an empty string")
	}
	return nil
}

func checkEnvironment(environment []KeyValue) error {
	for _, v := range environment {
		switch {
		case v.Name == "" || strings.ContainsAny(v.Name, "=\x00"):
			return refused("environment variable name %q is invalid", v.Name)
		case strings.HasPrefix(v.Name, "AWS_BATCH"):
			return refused("environment variable %s: names that start with AWS_BATCH are reserved", v.Name)
		}
	}
	return nil
}

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
