package selection

import (
	"fmt"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
)

// A Step is how far a tag comes in a rule.
type Step uint8

// The steps at which a tag may be left out, and the one beyond them, in their order.
const (
	NotImage     Step = iota + 1 // what it names is not an image of its own
	NotIncluded                  // no pattern of Include matches
	NotVersion                   // it can't be read as a version
	WrongParts                   // the version has another number of parts
	PreRelease                   // the version is a pre-release
	WrongVariant                 // the version has another variant
	OutOfRange                   // the version is not in the range
	Excluded                     // a pattern of Exclude matches
	UnknownAge                   // held: nothing tells since when it has had its digest
	TooYoung                     // held: it has not had its digest for MinimumAge
	Older                        // Newest others are newer
	Chosen
)

// A Reason is why a tag is chosen, or is not.
type Reason struct {
	Step   Step
	Rule   int    // by which, from 0
	Detail string // what the step has found, in words
}

// String returns the reason in words, without the rule.
func (r Reason) String() string {
	switch r.Step {
	case Excluded:
		return "excluded by " + r.Detail
	case OutOfRange:
		return "not in " + r.Detail
	case PreRelease:
		return "pre-release " + r.Detail
	case WrongVariant, Older, TooYoung, WrongParts, NotVersion, NotImage, Chosen:
		return r.Detail
	case NotIncluded:
		return "not included"
	case UnknownAge:
		return "held: its age is not known"
	}
	return "not looked at"
}

// A Verdict is what rules say of a tag.
type Verdict struct {
	Tag string
	// Rules are the rules that chose the tag, from 0, in their order; none if it is not chosen.
	Rules []int
	// Digest is what was chosen, where that depended on it: each of Rules asks for how long the tag has had its digest.
	// "" where it did not, and where the list tells no digests.
	Digest digest.Digest
	// Reason is that of the first of Rules. Of a tag that is not chosen it is that of the rule in which the tag came
	// the furthest, the first of several.
	Reason Reason
}

// IsChosen reports whether a rule chose the tag.
func (v Verdict) IsChosen() bool { return len(v.Rules) > 0 }

// IsHeld reports whether the tag is not chosen because of its age alone. It is not to be copied for now; a destination
// that has it, with another digest, is to keep that.
func (v Verdict) IsHeld() bool { return v.Reason.Step == TooYoung || v.Reason.Step == UnknownAge }

// String returns the reason with the rules, from 1.
func (v Verdict) String() string {
	if !v.IsChosen() {
		return fmt.Sprintf("rule %d: %s", v.Reason.Rule+1, v.Reason)
	}
	numbers := make([]string, len(v.Rules))
	for i, rule := range v.Rules {
		numbers[i] = fmt.Sprint(rule + 1)
	}
	plural := ""
	if len(numbers) > 1 {
		plural = "s"
	}
	return fmt.Sprintf("%s by rule%s %s", v.Reason, plural, strings.Join(numbers, ", "))
}

// youth says how young a tag is.
func youth(age, minimum time.Duration) string {
	return fmt.Sprintf("held: %s old, not %s", FormatAge(max(0, age.Truncate(time.Minute))), FormatAge(minimum))
}
