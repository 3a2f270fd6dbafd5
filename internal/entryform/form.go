package entryform

import (
	"fmt"
	"maps"
	"slices"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/selection"
	"ecrmirror/internal/spelling"
	"ecrmirror/internal/verify/policy"
)

// ReadTags reads the rules of an entry, a list of maps. It returns all errors, and no rules then. Rules that are read
// need not be sound; see [entry.Entry.Problems]. name is what errors call the list, as in the functions below.
func ReadTags(name string, v Value) ([]entry.Rule, []*Error) {
	var r reader
	switch {
	case v.Kind != List:
		r.bad(v.Line, "%s is %s; it must be a list of rules", name, v.Kind)
	case len(v.List) == 0:
		r.bad(v.Line, "%s is empty; it must have a rule, or be left out", name)
	case len(v.List) > entry.MaxRules:
		r.bad(v.Line, "%s has %d rules; an entry may have %d", name, len(v.List), entry.MaxRules)
	default:
		rules := make([]entry.Rule, len(v.List))
		for i, element := range v.List {
			readMap(&r, &rules[i], element, fmt.Sprintf("rule %d", i+1), rule)
		}
		if len(r.errs) == 0 {
			return rules, nil
		}
	}
	return nil, r.errs
}

// ReadRepos reads what chooses repositories, a map.
func ReadRepos(name string, v Value) (selection.Repositories, []*Error) {
	var r reader
	var chosen selection.Repositories
	readMap(&r, &chosen, v, name, repos)
	return chosen, r.errs
}

// ReadLabels reads labels, a map of texts.
func ReadLabels(name string, v Value) (map[string]string, []*Error) {
	var r reader
	if v.Kind != Map {
		r.bad(v.Line, "%s is %s; it must be a map of texts", name, v.Kind)
		return nil, r.errs
	}
	labels := map[string]string{}
	for _, m := range v.Members {
		_, repeated := labels[m.Name]
		switch {
		case repeated:
			r.bad(m.Line, "%s: %q is there twice", name, short(m.Name))
		case !m.Value.isText():
			r.bad(m.Line, "%s: %q is %s; it must be a text", name, short(m.Name), m.Value.Kind)
		case len(m.Name)+len(m.Value.Scalar) > longest:
			r.bad(m.Line, "%s: %q is too long", name, short(m.Name))
		default:
			labels[m.Name] = m.Value.Scalar
		}
	}
	if len(labels) == 0 {
		return nil, r.errs
	}
	return labels, r.errs
}

// limiting are the members without which more is mirrored, to another place, or with less demanded of it: one that
// somebody forgot to fill in must not publish an image.
var limiting = append(policy.Members(),
	selection.Include, selection.Version, selection.Exclude, selection.MinimumAge, entry.MemberTo, entry.MemberOptions,
	entry.MemberPlatforms, entry.MemberArtifacts, entry.MemberArtifactsFrom, entry.MemberArtifactsRequired,
	entry.MemberVerify,
)

// readMap reads a map into what errors call by a name.
func readMap[T any](r *reader, into *T, v Value, name string, known []member[T]) {
	names := namesOf(known)
	if v.Kind != Map {
		r.bad(v.Line, "%s is %s; it must be a map such as {%s: ...}", name, v.Kind, names[0])
		return
	}
	seen := map[string]bool{}
	for _, m := range v.Members {
		i := slices.Index(names, m.Name)
		switch {
		case i < 0:
			r.bad(m.Line, "%s: %q is not known%s", name, short(m.Name), spelling.Meant(short(m.Name), names...))
		case seen[m.Name]:
			r.bad(m.Line, "%s: %s is there twice", name, m.Name)
		case m.Value.Kind == Null && !slices.Contains(limiting, m.Name): // says nothing
		case m.Value.Kind == Null:
			r.bad(m.Line, "%s: %s is null; give it a value, or leave it out", name, m.Name)
		case known[i].within != nil:
			known[i].within(r, into, m.Value, name+": "+m.Name)
		default:
			if err := known[i].read(into, m.Value); err != nil {
				r.bad(m.Line, "%s: %s: %w", name, m.Name, err)
			}
		}
		seen[m.Name] = true
	}
}

// WriteTags returns rules as they are written; Null of none.
func WriteTags(rules []entry.Rule) Value {
	if len(rules) == 0 {
		return Value{}
	}
	v := Value{Kind: List}
	for _, r := range rules {
		v.List = append(v.List, writeMap(r, rule))
	}
	return v
}

// WriteRepos returns what chooses repositories as it is written; Null of nothing.
func WriteRepos(r selection.Repositories) Value {
	if r.IsZero() {
		return Value{}
	}
	return writeMap(r, repos)
}

// WriteLabels returns labels as they are written, sorted; Null of none.
func WriteLabels(labels map[string]string) Value {
	if len(labels) == 0 {
		return Value{}
	}
	v := Value{Kind: Map}
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		v.Members = append(v.Members, Member{Name: name, Value: writeText(labels[name])})
	}
	return v
}

func writeMap[T any](t T, known []member[T]) Value {
	v := Value{Kind: Map}
	for _, m := range known {
		if value := m.write(t); value.Kind != Null {
			v.Members = append(v.Members, Member{Name: m.name, Value: value})
		}
	}
	return v
}
