package selection

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"ecrmirror/internal/selection/pattern"
)

// Members of a rule, as people write them.
const (
	Include    = "include"
	Exclude    = "exclude"
	Version    = "version"
	Parts      = "parts"
	Variant    = "variant"
	Pre        = "pre"
	Newest     = "newest"
	Order      = "by"
	MinimumAge = "minimumAge"
	Pin        = "pin"
)

// Limits of what is written.
const (
	MaxPatterns   = 100 // in a member
	MaxMinimumAge = 3650 * 24 * time.Hour
	maxParts      = 6
)

// A Fault is something that is wrong with a rule.
type Fault struct {
	Member string // "" of the rule as a whole
	Err    error
}

func (f Fault) Error() string {
	if f.Member == "" {
		return f.Err.Error()
	}
	return f.Member + ": " + f.Err.Error()
}

// Unwrap returns the cause.
func (f Fault) Unwrap() error { return f.Err }

// checkForm returns what is wrong with a rule beside its patterns and its range.
func (r Rule) checkForm(add func(member, format string, args ...any)) {
	switch {
	case !r.chooses() && len(r.Pin) == 0:
		add("", "chooses nothing: it needs %s, %s or %s", Include, Version, Pin)
	case len(r.Include) > 0 && r.Version == "" && r.By == "" && r.Newest == 0:
		add(Include, "by itself does not say which tags are the newest: give %s, %s (%s), or %s (a number, or all)",
			Version, Order, strings.Join(Orders(), ", "), Newest)
	}
	if r.Version == "" {
		for _, m := range []struct {
			name  string
			given bool
		}{{Parts, r.Parts != 0}, {Variant, len(r.Variant) > 0}, {Pre, r.Pre}} {
			if m.given {
				add(m.name, "is of versions: give %s, too; any version is \"*\"", Version)
			}
		}
	}
	if r.IsLiteral() && (r.Newest != 0 || r.By != "") {
		add(Newest, "and %s are not for pinned tags: give %s or %s, too, or leave them out", Order, Include, Version)
	}
	if r.Parts < 0 || r.Parts > maxParts {
		add(Parts, "is %d; a version has 1 to %d", r.Parts, maxParts)
	}
	if r.Newest < All {
		add(Newest, "is %d; it is at least 1, or all", r.Newest)
	}
	if r.By != "" && !slices.Contains(Orders(), string(r.By)) {
		add(Order, "%q is not one of %s", r.By, strings.Join(Orders(), ", "))
	}
	if r.MinimumAge < 0 || r.MinimumAge > MaxMinimumAge {
		add(MinimumAge, "is not between 0 and %d days", MaxMinimumAge/(24*time.Hour))
	}
}

var (
	// tagForm is a tag's form by the OCI distribution specification, but for its length: a pattern that counts to a
	// hundred takes half a millisecond of each start.
	tagForm = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`)
	// ofImage is the form of tags that hold what belongs to an image: the OCI referrers tag schema, and cosign's.
	ofImage = regexp.MustCompile(`^sha(?:256|512)-[0-9a-f]{32,}`)
)

// checkPin returns why a tag can't be pinned.
func checkPin(tag string, excluded []pattern.Pattern) error {
	switch {
	case strings.ContainsAny(tag, "*?[/"):
		return fmt.Errorf("%q is a pattern, and no tag: patterns go into %s", tag, Include)
	case !isTag(tag):
		return fmt.Errorf("%q is not a tag", tag)
	case ofImage.MatchString(tag):
		return fmt.Errorf("%q belongs to an image, and is none", tag)
	}
	for _, p := range excluded {
		if p.Match(tag) {
			return fmt.Errorf("%q is excluded by %q of the same rule", tag, p)
		}
	}
	return nil
}

// longestTag is how many characters a tag may have.
const longestTag = 128

// isTag reports whether a text has a tag's form.
func isTag(text string) bool { return len(text) <= longestTag && tagForm.MatchString(text) }
