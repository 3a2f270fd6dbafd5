package selection

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// rank leaves out all candidates but the newest of each group. number is the rule's.
func (r compiled) rank(number int, candidates []*candidate) error {
	newest := r.newest()
	if newest == All {
		return nil
	}
	order, err := r.order(candidates)
	if err != nil {
		err.Rule = number
		return err
	}
	slices.SortFunc(candidates, func(a, b *candidate) int { return order(b, a) })
	counts := map[string]int{}
	for _, c := range candidates {
		group, of := r.group(c)
		if counts[group]++; counts[group] > newest {
			c.stop(Older, "older than the newest %d%s", newest, of)
		}
	}
	return nil
}

// group returns the variant, by which versions are ranked apart; of what is not a version there is one group.
func (r compiled) group(c *candidate) (variant, of string) {
	if !c.isVersion || c.version.Variant == "" {
		return "", ""
	}
	return c.version.Variant, " of variant " + c.version.Variant
}

// order returns the order of candidates. It is total: no two tags are the same.
func (r compiled) order(candidates []*candidate) (func(a, b *candidate) int, *NoTimesError) {
	switch r.by() {
	case ByName:
		return byName, nil
	case ByTime:
		without := slices.IndexFunc(candidates, func(c *candidate) bool { return c.Pushed.IsZero() })
		if without >= 0 {
			return nil, &NoTimesError{Tag: candidates[without].Name}
		}
		return func(a, b *candidate) int { return cmp.Or(a.Pushed.Compare(b.Pushed), byName(a, b)) }, nil
	}
	return func(a, b *candidate) int { return a.version.Compare(b.version) }, nil
}

func byName(a, b *candidate) int { return CompareNames(a.Name, b.Name) }

// CompareNames compares names as text, but runs of digits as numbers.
func CompareNames(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		m, n := digitsOf(x), digitsOf(y)
		if m == 0 || n == 0 {
			if x[0] != y[0] {
				return cmp.Compare(x[0], y[0])
			}
			x, y = x[1:], y[1:]
			continue
		}
		p, q := strings.TrimLeft(x[:m], "0"), strings.TrimLeft(y[:n], "0")
		if c := cmp.Or(cmp.Compare(len(p), len(q)), cmp.Compare(p, q)); c != 0 {
			return c
		}
		x, y = x[m:], y[n:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(a, b))
}

// digitsOf returns how many digits a text begins with.
func digitsOf(text string) int { return len(text) - len(strings.TrimLeft(text, "0123456789")) }

// A NoTimesError says that tags can't be ranked by time, because the registry tells no times. Nothing is chosen then.
type NoTimesError struct {
	Rule int    // from 0
	Tag  string // that has no time
}

func (e *NoTimesError) Error() string {
	return fmt.Sprintf("rule %d: %s: %s, but the registry does not say when %s was pushed: use %s, or %s",
		e.Rule+1, Order, ByTime, e.Tag, ByName, ByVersion)
}
