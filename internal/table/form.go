package table

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryform"
)

// The attributes of what package entryform has the form of.
var (
	tagsAttribute = option{
		name: contract.AttrTags,
		decode: func(v types.AttributeValue, e *entry.Entry) error {
			rules, errs := entryform.ReadTags(contract.AttrTags, formOf(v))
			e.Tags = rules
			return first(errs)
		},
		encode: func(e entry.Entry) types.AttributeValue { return attributeOf(entryform.WriteTags(e.Tags)) },
	}
	reposAttribute = option{
		name: contract.AttrRepos,
		decode: func(v types.AttributeValue, e *entry.Entry) error {
			repos, errs := entryform.ReadRepos(contract.AttrRepos, formOf(v))
			e.Repos = repos
			return first(errs)
		},
		encode: func(e entry.Entry) types.AttributeValue { return attributeOf(entryform.WriteRepos(e.Repos)) },
	}
	labelsAttribute = option{
		name: contract.AttrLabels,
		decode: func(v types.AttributeValue, e *entry.Entry) error {
			labels, errs := entryform.ReadLabels(contract.AttrLabels, formOf(v))
			e.Labels = labels
			return first(errs)
		},
		encode: func(e entry.Entry) types.AttributeValue { return attributeOf(entryform.WriteLabels(e.Labels)) },
	}
	optionsAttribute = option{
		name: contract.AttrOptions,
		decode: func(v types.AttributeValue, e *entry.Entry) error {
			options, errs := entryform.ReadOptions(contract.AttrOptions, formOf(v), entry.ImageOptions{})
			e.ImageOptions = options
			return first(errs)
		},
		encode: func(e entry.Entry) types.AttributeValue { return attributeOf(entryform.WriteOptions(e.ImageOptions)) },
	}
)

// destinationAttribute is written in the same way as the options.
var destinationAttribute = option{
	name: contract.AttrDestination,
	encode: func(e entry.Entry) types.AttributeValue {
		if len(e.Destinations) == 0 {
			return nil
		}
		return encodeDestinations(e.Destinations)
	},
}

// first returns the first error, nil if there is none.
func first(errs []*entryform.Error) error {
	if len(errs) == 0 {
		return nil
	}
	return errs[0]
}

// formOf returns an attribute's value in the form that it has in files, too.
func formOf(v types.AttributeValue) entryform.Value {
	switch v := v.(type) {
	case *types.AttributeValueMemberNULL:
		return entryform.Value{Kind: entryform.Null}
	case *types.AttributeValueMemberS:
		return entryform.Value{Kind: entryform.Text, Scalar: v.Value}
	case *types.AttributeValueMemberN:
		return entryform.Value{Kind: entryform.Number, Scalar: v.Value}
	case *types.AttributeValueMemberBOOL:
		if v.Value {
			return entryform.Value{Kind: entryform.Bool, Scalar: "true"}
		}
		return entryform.Value{Kind: entryform.Bool, Scalar: "false"}
	case *types.AttributeValueMemberSS:
		list := entryform.Value{Kind: entryform.List}
		for _, text := range slices.Sorted(slices.Values(v.Value)) { // a set has no order
			list.List = append(list.List, entryform.Value{Kind: entryform.Text, Scalar: text})
		}
		return list
	case *types.AttributeValueMemberL:
		list := entryform.Value{Kind: entryform.List}
		for _, element := range v.Value {
			list.List = append(list.List, formOf(element))
		}
		return list
	case *types.AttributeValueMemberM:
		all := entryform.Value{Kind: entryform.Map}
		for _, name := range slices.Sorted(maps.Keys(v.Value)) {
			all.Members = append(all.Members, entryform.Member{Name: name, Value: formOf(v.Value[name])})
		}
		return all
	}
	return entryform.Value{Kind: entryform.Other}
}

// attributeOf returns a value as an attribute's; nil of Null.
func attributeOf(v entryform.Value) types.AttributeValue {
	switch v.Kind {
	case entryform.Text, entryform.Plain:
		return stringValue(v.Scalar)
	case entryform.Number:
		return &types.AttributeValueMemberN{Value: v.Scalar}
	case entryform.Bool:
		return &types.AttributeValueMemberBOOL{Value: v.Scalar == "true"}
	case entryform.List:
		list := &types.AttributeValueMemberL{}
		for _, element := range v.List {
			list.Value = append(list.Value, attributeOf(element))
		}
		return list
	case entryform.Map:
		all := &types.AttributeValueMemberM{Value: item{}}
		for _, m := range v.Members {
			all.Value[m.Name] = attributeOf(m.Value)
		}
		return all
	case entryform.Null, entryform.Other:
	}
	return nil
}
