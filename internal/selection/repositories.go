package selection

import (
	"cmp"
	"fmt"
	"slices"

	"ecrmirror/internal/selection/pattern"
)

// Repositories choose repositories of a registry by their names, without the host.
type Repositories struct {
	Include []string // patterns of which one must match, see [pattern.Repository]; none = every repository
	Exclude []string // patterns of which none may match
}

// IsZero reports whether nothing is said, so that every repository is chosen.
func (r Repositories) IsZero() bool { return len(r.Include) == 0 && len(r.Exclude) == 0 }

// Faults returns all that is wrong, and nil if nothing is.
func (r Repositories) Faults() []Fault {
	_, _, faults := r.compile()
	return faults
}

func (r Repositories) compile() (include, exclude []pattern.Pattern, faults []Fault) {
	add := func(member string, err error) { faults = append(faults, Fault{member, err}) }
	for _, m := range []struct {
		name  string
		texts []string
		into  *[]pattern.Pattern
	}{{Include, r.Include, &include}, {Exclude, r.Exclude, &exclude}} {
		unique(m.name, m.texts, add)
		for _, text := range m.texts {
			p, err := pattern.Repository(text)
			if err != nil {
				add(m.name, err)
				continue
			}
			*m.into = append(*m.into, p)
		}
	}
	return include, exclude, faults
}

// Choose returns what is said of repositories: verdicts sorted by name, whose Tag is the name, and whose rule is the
// first. most is how many may be chosen; 0 = [DefaultRepositories]. Its error is a *[NothingError] or a
// *[TooManyError], with the choice.
func (r Repositories) Choose(names []string, most int) (Choice, error) {
	include, exclude, faults := r.compile()
	if len(faults) > 0 {
		return Choice{}, fmt.Errorf("repositories: %w", faults[0])
	}
	var choice Choice
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		v := Verdict{Tag: name, Reason: Reason{Step: Chosen, Detail: "chosen"}}
		_, included := matching(include, name)
		p, excluded := matching(exclude, name)
		switch {
		case !included && len(include) > 0:
			v.Reason = Reason{Step: NotIncluded}
		case excluded:
			v.Reason = Reason{Step: Excluded, Detail: fmt.Sprintf("%q", p)}
		default:
			v.Rules = []int{0}
		}
		choice.Verdicts = append(choice.Verdicts, v)
	}
	return choice, choice.check(repositoryNames, cmp.Or(most, DefaultRepositories))
}

// Equal reports whether both choose by the same patterns, as they are written.
func (r Repositories) Equal(other Repositories) bool {
	return slices.Equal(r.Include, other.Include) && slices.Equal(r.Exclude, other.Exclude)
}
