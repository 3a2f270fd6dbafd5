package template

import (
	"maps"
	"slices"
	"strings"
)

// Dependencies returns the resources that must be there before the one of that id, in order of their names.
func (t *Template) Dependencies(id string) []string {
	r := t.Resources[id]
	on := map[string]bool{}
	for _, name := range r.DependsOn {
		on[name] = true
	}
	for _, ref := range references(r.Properties) {
		if _, ok := t.Resources[ref.name]; ok && !ref.condition {
			on[ref.name] = true
		}
	}
	return slices.Sorted(maps.Keys(on))
}

// Order returns the ids of all resources, each after those that it depends on.
func (t *Template) Order() ([]string, error) {
	waiting := map[string][]string{}
	for id := range t.Resources {
		waiting[id] = t.Dependencies(id)
	}
	var order []string
	for len(waiting) > 0 {
		var ready []string
		for id, on := range waiting {
			if !slices.ContainsFunc(on, func(other string) bool { _, is := waiting[other]; return is }) {
				ready = append(ready, id)
			}
		}
		if len(ready) == 0 {
			return nil, errorf("Circular dependency between resources: [%s]",
				strings.Join(slices.Sorted(maps.Keys(waiting)), ", "))
		}
		slices.Sort(ready)
		for _, id := range ready {
			delete(waiting, id)
		}
		order = append(order, ready...)
	}
	return order, nil
}

// Mentions returns all ids that the resource's declaration refers to, whether they are in the template or not.
func (t *Template) Mentions(id string) []string {
	r := t.Resources[id]
	on := map[string]bool{}
	for _, name := range r.DependsOn {
		on[name] = true
	}
	for _, ref := range references(r.Properties) {
		on[ref.name] = true
	}
	return slices.Sorted(maps.Keys(on))
}
