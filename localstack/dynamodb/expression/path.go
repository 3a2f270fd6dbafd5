package expression

import (
	"fmt"
	"slices"
	"strings"

	"ecrmirror/localstack/dynamodb/value"
)

// A Path leads to a value inside an item: the name of an attribute, and steps into maps and lists.
type Path []step

// A step is a name, or an index of a list.
type step struct {
	name  string
	index int // of a list, if name is ""
}

// Top is the name of the attribute that the path begins with.
func (p Path) Top() string { return p[0].name }

// find returns what the path leads to; false if there is nothing.
func (p Path) find(item value.Item) (value.Value, bool) {
	v, ok := item[p[0].name]
	for _, s := range p[1:] {
		switch {
		case !ok:
			return value.Value{}, false
		case s.name != "" && v.Kind == value.M:
			v, ok = v.Map[s.name]
		case s.name == "" && v.Kind == value.L && s.index < len(v.List):
			v = v.List[s.index]
		default:
			return value.Value{}, false
		}
	}
	return v, ok
}

// String is the path as DynamoDB's errors have it.
func (p Path) String() string {
	steps := make([]string, len(p))
	for i, s := range p {
		steps[i] = s.name
		if s.name == "" {
			steps[i] = fmt.Sprintf("[%d]", s.index)
		}
	}
	return "[" + strings.Join(steps, ", ") + "]"
}

// apart returns the error of paths of which one is inside another, or that take
// the same value for a map and for a list.
func apart(paths []Path) error {
	for i, b := range paths {
		for _, a := range paths[:i] {
			same := 0
			for same < min(len(a), len(b)) && a[same] == b[same] {
				same++
			}
			var what string
			switch {
			case same == len(a) || same == len(b):
				what = "overlap"
			case same > 0 && (a[same].name == "") != (b[same].name == ""):
				what = "conflict"
			default:
				continue
			}
			return fmt.Errorf( //nolint:staticcheck // DynamoDB's words
				"Two document paths %s with each other; must remove or rewrite one of these paths; "+
					"path one: %s, path two: %s", what, a, b)
		}
	}
	return nil
}

// A Projection is what is wanted of items. nil wants all.
type Projection []Path

// Of returns the parts of an item that the projection names. Elements of a list close up, in the list's order.
func (p Projection) Of(item value.Item) value.Item {
	if p == nil {
		return item
	}
	out := value.Item{}
	groups(p, func(name string, rest []Path) {
		if v, ok := item[name]; ok {
			if v, ok = inside(v, rest); ok {
				out[name] = v
			}
		}
	})
	return out
}

// groups calls f for each name or index that paths begin with, and what is left of those paths.
func groups(paths []Path, f func(name string, rest []Path)) {
	for i, p := range paths {
		begins := func(q Path) bool { return q[0] == p[0] }
		if slices.ContainsFunc(paths[:i], begins) {
			continue
		}
		var rest []Path
		for _, q := range paths[i:] {
			if begins(q) {
				rest = append(rest, q[1:])
			}
		}
		f(p[0].name, rest)
	}
}

// inside returns what paths leave of a value; false if they lead nowhere.
func inside(v value.Value, paths []Path) (value.Value, bool) {
	if len(paths) == 1 && len(paths[0]) == 0 {
		return v, true
	}
	switch {
	case paths[0][0].name != "" && v.Kind == value.M:
		m := Projection(paths).Of(v.Map)
		return value.Value{Kind: value.M, Map: m}, len(m) > 0
	case paths[0][0].name == "" && v.Kind == value.L:
		out := value.Value{Kind: value.L}
		for index, element := range v.List {
			var rest []Path
			for _, p := range paths {
				if p[0].index == index {
					rest = append(rest, p[1:])
				}
			}
			if rest != nil {
				if element, ok := inside(element, rest); ok {
					out.List = append(out.List, element)
				}
			}
		}
		return out, len(out.List) > 0
	}
	return value.Value{}, false
}
