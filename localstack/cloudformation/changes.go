package cloudformation

import (
	"maps"
	"reflect"
	"slices"
)

// A diff is all that an update does.
type diff struct {
	resources []change
	outputs   bool // their values change
	tags      bool // the stack's own change
	policies  bool // what becomes of resources that are deleted changes
}

func (d diff) any() bool { return len(d.resources) > 0 || d.outputs || d.tags || d.policies }

// changes returns what it takes to bring the stack to the intent. The lock must be held.
func (s *Service) changes(st *stack, in intent) (diff, error) {
	stays := map[string]bool{} // resources whose ids and attributes stay what they are
	scope := s.scope(st, in, func(id string) bool { return stays[id] })
	ids, err := wanted(scope, in)
	if err != nil {
		return diff{}, err
	}
	var d diff
	for _, id := range ids {
		properties, err := s.propertiesOf(scope, in, id)
		if err != nil {
			return diff{}, err
		}
		declared, was := in.template.Resources[id], st.resources[id]
		switch {
		case was == nil || was.ID == "":
			d.resources = append(d.resources, change{
				Kind: "Resource", Action: "Add", LogicalID: id, Type: declared.Type,
			})
			continue
		case was.kind != declared.Type:
			return diff{}, invalid("Update of resource type is not permitted. The new template modifies resource "+
				"type of the following resources: [%s]", id)
		case was.declared.DeletionPolicy != declared.DeletionPolicy,
			was.declared.UpdateReplacePolicy != declared.UpdateReplacePolicy,
			!reflect.DeepEqual(was.declared.Metadata, declared.Metadata):
			d.policies = true
		}
		modified := s.modification(was, properties)
		if modified == nil {
			stays[id] = true
			continue
		}
		// An update of a job definition is a new revision, with another ARN.
		stays[id] = modified.Replacement == "False" && was.kind != "AWS::Batch::JobDefinition"
		d.resources = append(d.resources, *modified)
	}
	for _, id := range slices.Sorted(maps.Keys(st.resources)) {
		if r := st.resources[id]; !slices.Contains(ids, id) {
			d.resources = append(d.resources, change{
				Kind: "Resource", Action: "Remove", LogicalID: id, PhysicalID: r.ID, Type: r.kind,
			})
		}
	}
	d.tags = !maps.Equal(st.intent.tags, in.tags)
	if len(d.resources) == 0 {
		outputs, err := outputsOf(scope, in)
		if err != nil {
			return diff{}, err
		}
		d.outputs = !slices.Equal(outputs, st.outputs)
	}
	return d, nil
}

// modification is the change of a resource to other properties; nil if they are the same.
func (s *Service) modification(was *resource, properties map[string]any) *change {
	differ := map[string]bool{}
	for _, m := range []map[string]any{was.properties, properties} {
		for name := range m {
			if !reflect.DeepEqual(was.properties[name], properties[name]) {
				differ[name] = true
			}
		}
	}
	if len(differ) == 0 {
		return nil
	}
	out := &change{
		Kind: "Resource", Action: "Modify", LogicalID: was.logicalID, PhysicalID: was.ID, Type: was.kind,
		Replacement: "False", Scope: []string{"Properties"},
	}
	replaced := s.types[was.kind].Replaced(was.properties, properties)
	if len(replaced) > 0 {
		out.Replacement = "True"
	}
	for _, name := range slices.Sorted(maps.Keys(differ)) {
		recreation := "Never"
		if slices.ContainsFunc(replaced, func(path string) bool {
			return path == name || len(path) > len(name) && path[:len(name)+1] == name+"/"
		}) {
			recreation = "Always"
		}
		attribute := "Properties"
		if name == "Tags" {
			attribute = "Tags"
		}
		out.Details = append(out.Details, detail{
			Attribute: attribute, Name: name, Recreation: recreation, Evaluation: "Static",
			Source: "DirectModification",
		})
	}
	return out
}
