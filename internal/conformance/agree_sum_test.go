package conformance

import (
	"fmt"
	"strings"
	"time"
)

// An agreement counts what was compared.
type agreement struct {
	files, rounds  int
	kinds          map[string]int // in how many files
	refused        int            // files
	copies, failed int
	states         map[string]int // of destinations in plans
	exact          int            // tags of destinations that are the same in both ways
	longest        time.Duration  // of a file
}

func newAgreement() *agreement {
	return &agreement{kinds: map[string]int{}, states: map[string]int{}}
}

// add counts a round of a file.
func (a *agreement) add(o agreeOutcome) {
	a.rounds++
	if o.refused != nil {
		a.refused++
		return
	}
	a.copies += len(o.asked)
	a.failed += len(o.failed)
	a.exact += len(o.tags)
	for _, e := range o.plan {
		if e.State != "" {
			a.states["entries "+e.State]++
		}
		for _, d := range e.Destinations {
			a.states[d.State]++
		}
	}
}

// merge adds what was compared of other files.
func (a *agreement) merge(other *agreement) {
	a.files += other.files
	a.rounds += other.rounds
	a.refused += other.refused
	a.copies += other.copies
	a.failed += other.failed
	a.exact += other.exact
	a.longest = max(a.longest, other.longest)
	for kind, n := range other.kinds {
		a.kinds[kind] += n
	}
	for state, n := range other.states {
		a.states[state] += n
	}
}

// wanted is what must have been among many files.
func wanted() []string {
	return []string{
		"image", "repository", "namespace", "a ledger", "several documents", "defaults", "an alias", "an invalid entry",
		"a conflict", "a digest", "a tag and a digest", "an image that does not exist", "a destination with a digest",
		"a repository that does not exist", "a template", "a repository that two selections may have",
		"few tags at most", "Docker Hub", "ECR", "ECR: immutable tags", "ECR: no repository", "pushes are refused",
		"manifests are refused for now", "a rate-limited registry",
		"a destination that is refused once it is known",
	}
}

// lacks returns what there was too little of in many files for anything to be shown.
func (a *agreement) lacks(g *agreeWriter) (lacking []string) {
	const few = 3
	kinds := wanted()
	for _, name := range g.fields() {
		kinds = append(kinds, "field "+name)
	}
	for _, name := range sortedKeys(g.ruleMembers(nil)) {
		kinds = append(kinds, "rule "+name)
	}
	for _, name := range sortedKeys(g.reposMembers()) {
		kinds = append(kinds, "repos "+name)
	}
	for _, kind := range kinds {
		if a.kinds[kind] < few {
			lacking = append(lacking, fmt.Sprintf("%s (%d files)", kind, a.kinds[kind]))
		}
	}
	for _, state := range []string{"current", "stale", "failing", "entries failing", "entries deferred"} {
		if a.states[state] < few {
			lacking = append(lacking, state)
		}
	}
	if a.refused < few || a.failed < few || a.copies < a.files {
		lacking = append(lacking, "refusals, failures or copies")
	}
	return lacking
}

// table returns what was compared.
func (a *agreement) table(seed uint64, took time.Duration) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d files, %d rounds by both ways in %s, the longest file %s; %s=%d\n", a.files, a.rounds,
		took.Round(time.Second), a.longest.Round(time.Millisecond), seedVariable, seed)
	fmt.Fprintf(&b, "%d files refused with the same errors; %d copies asked for by both, of which %d failed in both; "+
		"%d tags alike\n", a.refused, a.copies, a.failed, a.exact)
	for _, counts := range []struct {
		what string
		of   map[string]int
	}{{"in plans", a.states}, {"files with", a.kinds}} {
		b.WriteString(counts.what + ":")
		for _, kind := range sortedKeys(counts.of) {
			fmt.Fprintf(&b, " %s %d;", kind, counts.of[kind])
		}
		b.WriteString("\n")
	}
	return b.String()
}
