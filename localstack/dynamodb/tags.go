package dynamodb

import (
	"maps"
	"slices"

	"ecrmirror/localstack/awsjson"
)

type tagsInput struct {
	ResourceArn *string
	Tags        []tag
	TagKeys     []string
}

// tagged returns the table whose tags a request is about.
func (t *tables) tagged(in tagsInput) (*table, error) {
	var wrong constraints
	wrong.required(in.ResourceArn == nil, "resourceArn")
	if len(wrong) > 0 {
		return nil, wrong.err()
	}
	for _, table := range t.byName {
		if table.arn == *in.ResourceArn {
			return table, nil
		}
	}
	return nil, awsjson.Errorf("ResourceNotFoundException", "Requested resource not found: ResourcArn: %s not found",
		*in.ResourceArn)
}

// tag answers TagResource.
func (t *tables) tag(_ awsjson.Caller, in tagsInput) (any, error) {
	table, err := t.tagged(in)
	if err != nil {
		return nil, err
	}
	if len(in.Tags) == 0 {
		return nil, invalid("Atleast one Tag needs to be provided as Input.")
	}
	for _, tag := range in.Tags {
		table.tags[tag.Key] = tag.Value
	}
	return struct{}{}, nil
}

// untag answers UntagResource.
func (t *tables) untag(_ awsjson.Caller, in tagsInput) (any, error) {
	table, err := t.tagged(in)
	if err != nil {
		return nil, err
	}
	if len(in.TagKeys) == 0 {
		return nil, invalid("Atleast one Tag Key needs to be provided as Input.")
	}
	for _, key := range in.TagKeys {
		delete(table.tags, key)
	}
	return struct{}{}, nil
}

// listTags answers ListTagsOfResource, in one page.
func (t *tables) listTags(_ awsjson.Caller, in tagsInput) (any, error) {
	table, err := t.tagged(in)
	if err != nil {
		return nil, err
	}
	tags := []tag{}
	for _, key := range slices.Sorted(maps.Keys(table.tags)) {
		tags = append(tags, tag{key, table.tags[key]})
	}
	return map[string]any{"Tags": tags}, nil
}
