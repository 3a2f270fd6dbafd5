package entry

import "fmt"

// A Problem is a reason why an entry must not be written.
type Problem struct {
	Destination int    // index of the destination that has the problem; -1 if none has
	Rule        int    // index of the rule that has it; -1 if none has
	Member      string // of the rule, by its name; see MemberTo; "" if the rule as a whole has it
	Err         error
}

// problem returns a problem of the source, or of the entry as a whole.
func problem(err error) Problem { return Problem{Destination: -1, Rule: -1, Err: err} }

// problemAt returns a problem of the destination with that index.
func problemAt(destination int, err error) Problem {
	return Problem{Destination: destination, Rule: -1, Err: err}
}

// problemOf returns a problem of a member of the rule with that index.
func problemOf(rule int, member string, err error) Problem {
	return Problem{Destination: -1, Rule: rule, Member: member, Err: fmt.Errorf("rule %d: %w", rule+1, err)}
}

// MemberTo is the member of a rule that has its destinations, and MemberOptions that of its options. Package selection
// has the names of the others.
const MemberTo = "to"

// Limits of a selection.
const (
	MaxRules = 50
	// MaxRuleText is how many bytes the rules and options of an entry may have together. With its status, an item stays
	// under the 400 KB that DynamoDB allows.
	MaxRuleText = 64 << 10
)
