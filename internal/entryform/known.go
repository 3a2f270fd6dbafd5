package entryform

// RuleMembers returns the members that a rule may have, for who writes rules of every kind.
func RuleMembers() []string { return namesOf(rule) }

// ReposMembers returns the members of what chooses repositories.
func ReposMembers() []string { return namesOf(repos) }

// OptionMembers returns the options that there are.
func OptionMembers() []string { return namesOf(options) }

func namesOf[T any](known []member[T]) []string {
	names := make([]string, len(known))
	for i, m := range known {
		names[i] = m.name
	}
	return names
}
