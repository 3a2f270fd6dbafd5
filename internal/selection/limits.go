package selection

import (
	"fmt"
	"slices"
)

// What is chosen, for errors.
const (
	tagNames        = "tags"
	repositoryNames = "repositories"
)

// check returns an error if the choice is not to be carried out.
func (c Choice) check(what string, most int) error {
	chosen := len(c.Chosen())
	switch held := slices.ContainsFunc(c.Verdicts, Verdict.IsHeld); {
	case chosen > most:
		return &TooManyError{What: what, Chosen: chosen, Most: most}
	case chosen == 0 && !held:
		return &NothingError{What: what, Listed: len(c.Verdicts), Nearest: c.nearest(what)}
	}
	return nil
}

// nearest says of what came the furthest why it was left out; of several, of the last one.
func (c Choice) nearest(what string) string {
	var nearest Verdict
	for _, v := range c.Verdicts {
		if v.Reason.Step >= nearest.Reason.Step {
			nearest = v
		}
	}
	if what == repositoryNames { // for which there are no rules
		return nearest.Tag + ": " + nearest.Reason.String()
	}
	return nearest.Tag + ": " + nearest.String()
}

// A NothingError says that nothing is chosen. Rules are not written for that, so that something is wrong: with them, or
// with what was listed. Nothing is to be changed then.
type NothingError struct {
	What    string // tags or repositories
	Listed  int    // how many of them there were
	Nearest string // the one that came the nearest, and why it is left out
}

func (e *NothingError) Error() string {
	if e.Listed == 0 {
		return "there are no " + e.What + " to choose from"
	}
	return fmt.Sprintf("none of %d %s is chosen; nearest is %s", e.Listed, e.What, e.Nearest)
}

// A TooManyError says that more is chosen than may be.
type TooManyError struct {
	What         string // tags or repositories
	Chosen, Most int
}

func (e *TooManyError) Error() string {
	narrow := "a narrower range, a smaller newest"
	if e.What == repositoryNames {
		narrow = "a longer path, an exclude"
	}
	return fmt.Sprintf("%d %s are chosen, %d at most: choose fewer (%s), or split the entry",
		e.Chosen, e.What, e.Most, narrow)
}
