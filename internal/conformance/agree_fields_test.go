package conformance

import (
	"math/rand/v2"
	"slices"
	"testing"

	"ecrmirror/internal/entryfile"
	"ecrmirror/internal/entryform"
)

// What a file may say is said in the files that sync and the table are compared by: who adds a field or a member has to
// write it there, too.
func TestTheFilesToAgreeAboutHaveEveryField(t *testing.T) {
	g := &agreeWriter{Rand: rand.New(rand.NewPCG(1, 1)), kinds: map[string]int{}}
	for _, c := range []struct {
		what         string
		known, drawn []string
	}{
		{"fields of an entry", entryfile.Fields(), g.fields()},
		{"members of a rule", entryform.RuleMembers(), sortedKeys(g.ruleMembers(g.template))},
		{"options", entryform.OptionMembers(), sortedKeys(g.optionMembers())},
		{"members of repos", entryform.ReposMembers(), sortedKeys(g.reposMembers())},
	} {
		slices.Sort(c.known)
		slices.Sort(c.drawn)
		if !slices.Equal(c.known, c.drawn) {
			t.Errorf("%s: there are %s; files get %s", c.what, c.known, c.drawn)
		}
	}
	for _, name := range entryform.RuleMembers() {
		in := slices.ContainsFunc([]string{"version", "include", "pin"}, func(kind string) bool {
			return name == kind || slices.Contains(beside(kind), name)
		})
		if !in {
			t.Errorf("no kind of rule may have %s", name)
		}
	}
}
