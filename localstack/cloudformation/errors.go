package cloudformation

import (
	"errors"
	"regexp"
	"strings"

	"ecrmirror/localstack/awsjson"
)

func checkName(what, name string, form *regexp.Regexp) error {
	if form.MatchString(name) {
		return nil
	}
	if name == "" {
		return invalid("1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must "+
			"not be null", what)
	}
	if len(name) > 128 && !strings.HasPrefix(name, "arn:") {
		return invalid("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must "+
			"have length less than or equal to 128", name, what)
	}
	pattern := "[a-zA-Z][-a-zA-Z0-9]*"
	if form == stackNameID {
		pattern += "|arn:[-a-zA-Z0-9:/._+]*"
	}
	return invalid("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must "+
		"satisfy regular expression pattern: %s", name, what, pattern)
}

// invalid is CloudFormation's refusal of a request.
func invalid(format string, args ...any) *awsjson.Error {
	return awsjson.Errorf("ValidationError", format, args...)
}

// own makes what is wrong with a template CloudFormation's own refusal.
func own(err error) error {
	var e *awsjson.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return invalid("%v", err)
}

// Forms of the names of stacks and change sets.
var (
	stackName   = regexp.MustCompile(`^[a-zA-Z][-a-zA-Z0-9]{0,127}$`)
	stackNameID = regexp.MustCompile(`^[a-zA-Z][-a-zA-Z0-9]{0,127}$|^arn:[-a-zA-Z0-9:/._+]*$`)
)
