// Package schema holds what CloudFormation's registry says of resource types: which
// properties they have, which of these cannot be changed in place, and what names a resource.
//
// Source: the types' own schemas, as of October 2026, cut down by trim.py.
package schema

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

//go:embed types.json
var document []byte

// A Type is what the registry says of a resource type. Properties are named by their path, as Type or
// ComputeResources/Type.
type Type struct {
	Properties            []string // that a template may give
	Required              []string // that it must give
	CreateOnly            []string // whose change takes a new resource
	ConditionalCreateOnly []string // the same, under conditions
	Attributes            []string // for Fn::GetAtt
	Identifier            []string // what a resource is known by
	Tags                  string   // form of the property Tags: "list", "map", or "" where stack tags do not get to
}

// Load returns all types of this stand-in, by name.
func Load() (map[string]Type, error) {
	types := map[string]Type{}
	if err := json.Unmarshal(document, &types); err != nil {
		return nil, fmt.Errorf("reading the schemas of resource types: %w", err)
	}
	// The documentation of job queues wants replacement for a change of tags, and stacks fail of
	// it (cloudformation-coverage-roadmap #2463, of 2026-02); the schema has stopped to say so.
	// What holds under the stricter of the two holds under both.
	queue := types["AWS::Batch::JobQueue"]
	queue.CreateOnly = append(queue.CreateOnly, "Tags")
	types["AWS::Batch::JobQueue"] = queue
	return types, nil
}

// Check refuses properties that the type does not have, and the lack of those that it needs.
func (t Type) Check(properties map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if !slices.Contains(t.Properties, name) {
			return fmt.Errorf("#: extraneous key [%s] is not permitted", name)
		}
	}
	for _, name := range t.Required {
		if _, ok := properties[name]; !ok {
			return fmt.Errorf("#: required key [%s] not found", name)
		}
	}
	return nil
}

// Replaced returns the properties whose change, from old to changed, takes a new resource.
func (t Type) Replaced(old, changed map[string]any) []string {
	create := t.CreateOnly
	if old["ReplaceComputeEnvironment"] != false || changed["ReplaceComputeEnvironment"] != false {
		// Compute environments are what the condition is known of; elsewhere the stricter reading is taken.
		create = slices.Concat(create, t.ConditionalCreateOnly)
	}
	var differ []string
	for _, path := range create {
		if !reflect.DeepEqual(at(old, path), at(changed, path)) {
			differ = append(differ, path)
		}
	}
	slices.Sort(differ)
	return differ
}

// CustomName returns the name that a template gives the resource, where CloudFormation knows
// the resource by that name.
func (t Type) CustomName(properties map[string]any) (string, bool) {
	var parts []string
	for _, path := range t.Identifier {
		name, ok := at(properties, path).(string)
		if !ok {
			return "", false
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, "|"), len(parts) > 0
}

// WithTags returns the properties with a stack's tags among the resource's own, which come first in
// doubt; the properties themselves where the type takes none.
func (t Type) WithTags(properties map[string]any, tags map[string]string) map[string]any {
	if t.Tags == "" || len(tags) == 0 {
		return properties
	}
	out := maps.Clone(properties)
	if out == nil {
		out = map[string]any{}
	}
	if t.Tags == "map" {
		own, _ := out["Tags"].(map[string]any)
		all := map[string]any{}
		for key, value := range tags {
			all[key] = value
		}
		maps.Copy(all, own)
		out["Tags"] = all
		return out
	}
	own, _ := out["Tags"].([]any)
	all := slices.Clone(own)
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if !slices.ContainsFunc(own, func(tag any) bool { return at(tag, "Key") == key }) {
			all = append(all, map[string]any{"Key": key, "Value": tags[key]})
		}
	}
	out["Tags"] = all
	return out
}

// at returns the value at a path, or nil.
func at(v any, path string) any {
	for _, name := range strings.Split(path, "/") {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}
