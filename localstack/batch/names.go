package batch

import (
	"regexp"
	"strconv"
	"strings"

	"ecrmirror/localstack/awsjson"
)

// validName is the form of the names of jobs, queues, definitions and compute environments.
var validName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$`)

func checkName(what, name string) error {
	if !validName.MatchString(name) {
		return refused("%s %q must be 1 to 128 letters, digits, hyphens and underscores, and start with a letter or "+
			"digit", what, name)
	}
	return nil
}

// localName returns the name in an ARN of the caller's resource of that kind,
// such as "job-queue", or nameOrARN itself if it is not such an ARN: an ARN of
// something else, of another account or of another region is nothing's name here.
func localName(c awsjson.Caller, kind, nameOrARN string) string {
	return strings.TrimPrefix(nameOrARN, c.ARN("batch", kind+"/"))
}

// splitRevision splits name or name:revision. Revision 0 means none was given;
// it is false for a revision that is not a positive number.
func splitRevision(s string) (name string, revision int, ok bool) {
	name, digits, given := strings.Cut(s, ":")
	if !given {
		return name, 0, true
	}
	n, err := strconv.Atoi(digits)
	return name, n, err == nil && n > 0
}
