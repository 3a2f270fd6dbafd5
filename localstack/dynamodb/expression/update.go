package expression

import (
	"maps"
	"slices"

	"ecrmirror/localstack/dynamodb/value"
)

// Apply returns the item as the update makes it. All that the expression reads of the item is as it was before.
// The error is a ValidationException.
func (u Update) Apply(item value.Item) (value.Item, error) {
	changes := make([]change, len(u.edits))
	for i, e := range u.edits {
		v, remove, err := e.result(item)
		if err != nil {
			return nil, err
		}
		changes[i] = change{path: e.path, value: v, remove: remove}
	}
	return applyMap(item, changes)
}

// result returns what becomes of the value that the edit's path leads to.
func (e edit) result(item value.Item) (v value.Value, remove bool, err error) {
	old, exists := e.path.find(item)
	switch e.section {
	case "SET":
		v, err = evaluate(e.value, item)
		return v, false, err
	case "REMOVE":
		return v, true, nil
	}
	c, _ := e.value.of(item)
	if exists && old.Kind != c.Kind {
		return v, false, errKind
	}
	switch {
	case e.section == "DELETE":
		v, remove = without(old, c)
		return v, !exists || remove, nil
	case exists && c.Kind == value.N:
		v, err = value.Add(old, c)
		return v, false, err
	case exists:
		return union(old, c), false, nil
	default:
		return c, false, nil
	}
}

func union(set, more value.Value) value.Value {
	out := value.Value{Kind: set.Kind, Set: slices.Clone(set.Set)}
	for _, member := range more.Set {
		if !slices.Contains(out.Set, member) {
			out.Set = append(out.Set, member)
		}
	}
	return out
}

// without takes members out of a set. There is no empty set: then the attribute goes.
func without(set, less value.Value) (_ value.Value, empty bool) {
	out := value.Value{Kind: set.Kind}
	for _, member := range set.Set {
		if !slices.Contains(less.Set, member) {
			out.Set = append(out.Set, member)
		}
	}
	return out, len(out.Set) == 0
}

// A change is what becomes of a value somewhere below.
type change struct {
	path   Path // from here on
	value  value.Value
	remove bool
}

// here tells whether the change is of the value that its first step leads to.
func (c change) here() bool { return len(c.path) == 1 }

func applyMap(m value.Item, changes []change) (value.Item, error) {
	out := maps.Clone(m)
	if out == nil {
		out = value.Item{}
	}
	for step, below := range byStep(changes) {
		switch c := below[0]; {
		case step.name == "":
			return nil, errPath
		case c.here() && c.remove:
			delete(out, step.name)
		case c.here():
			out[step.name] = c.value
		default:
			v, err := applyBelow(out[step.name], below)
			if err != nil {
				return nil, err
			}
			out[step.name] = v
		}
	}
	return out, nil
}

// byStep groups changes by their first step.
func byStep(changes []change) map[step][]change {
	groups := map[step][]change{}
	for _, c := range changes {
		groups[c.path[0]] = append(groups[c.path[0]], c)
	}
	return groups
}

// applyBelow applies changes inside a value, which must be a list or a map.
func applyBelow(v value.Value, changes []change) (value.Value, error) {
	inside := make([]change, len(changes))
	for i, c := range changes {
		inside[i] = change{path: c.path[1:], value: c.value, remove: c.remove}
	}
	var err error
	switch {
	case v.Kind == value.M && inside[0].path[0].name != "":
		v.Map, err = applyMap(v.Map, inside)
	case v.Kind == value.L && inside[0].path[0].name == "":
		v.List, err = applyList(v.List, inside)
	default:
		err = errPath
	}
	return v, err
}

// applyList changes elements. What is set past the end is appended; removed elements go last.
func applyList(l []value.Value, changes []change) ([]value.Value, error) {
	out := slices.Clone(l)
	gone := make([]bool, len(l))
	groups := byStep(changes)
	steps := slices.SortedFunc(maps.Keys(groups), func(a, b step) int { return a.index - b.index })
	for _, s := range steps {
		c, within := groups[s][0], s.index < len(l)
		switch {
		case c.here() && c.remove:
			if within {
				gone[s.index] = true
			}
		case c.here() && within:
			out[s.index] = c.value
		case c.here():
			out = append(out, c.value)
		case !within:
			return nil, errPath
		default:
			v, err := applyBelow(out[s.index], groups[s])
			if err != nil {
				return nil, err
			}
			out[s.index] = v
		}
	}
	kept := make([]value.Value, 0, len(out))
	for i, v := range out {
		if i >= len(gone) || !gone[i] {
			kept = append(kept, v)
		}
	}
	return kept, nil
}
