package entry

import (
	"strings"

	"ecrmirror/internal/imagename"
)

// A Reach says which repositories a selection may write, and from which, whatever registries list.
type Reach struct {
	source Selected
	ends   []end
	all    bool // nothing is known of one of its destinations
}

// An end is what is known of the repositories of one destination: their registry, and what their names begin with.
type end struct {
	template   Template
	host, head string
	whole      bool // the name is the head
}

// Reach returns the reach of a selection whose source is only this one, which may be a repository of its namespace.
func (e Entry) Reach(source Selected) Reach {
	r := Reach{source: source}
	for _, text := range e.AllDestinations() {
		template, err := ParseTemplate(text)
		if err != nil { // nothing is written there
			continue
		}
		end, ok := template.reach(source)
		r.all = r.all || !ok
		r.ends = append(r.ends, end)
	}
	return r
}

// reach returns what samples of the source's repositories have in common at the template; ok is false if it can't have
// them.
func (t Template) reach(source Selected) (_ end, ok bool) {
	e := end{template: t, whole: !source.IsNamespace()}
	for i, sample := range source.samples() {
		name, err := t.Repository(sample)
		if err != nil {
			return end{}, false
		}
		name = name.Canonical()
		if i == 0 {
			e.host, e.head = name.Host, name.Repository
		}
		e.head = common(e.head, name.Repository)
	}
	return e, true
}

// common returns what two texts begin with.
func common(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return a[:n]
}

// Has reports whether the selection may write the repository of a destination.
func (r Reach) Has(destination imagename.Name) bool {
	return r.HasFromOthers(imagename.Name{}, destination)
}

// HasFromOthers reports whether the selection may write the repository of a destination from another repository than
// that of a source.
func (r Reach) HasFromOthers(source, destination imagename.Name) bool {
	if r.all {
		return true
	}
	destination = destination.Canonical()
	for _, e := range r.ends {
		switch {
		case destination.Host != e.host, !strings.HasPrefix(destination.Repository, e.head):
		case e.whole && destination.Repository != e.head:
		case e.brings(r.source, source, destination):
		default:
			return true
		}
	}
	return false
}

// brings reports whether the destination is the one of the source by this end.
func (e end) brings(from Selected, source, destination imagename.Name) bool {
	if source.Repository == "" || !from.Has(source) {
		return false
	}
	to, err := e.template.Repository(source)
	return err == nil && to.Place() == destination.Place()
}

// Has reports whether the name is of a repository of the source, or of an image there.
func (s Selected) Has(name imagename.Name) bool {
	if s.IsNamespace() {
		return s.Namespace.Contains(name)
	}
	return s.Repository.Place() == name.Place()
}
