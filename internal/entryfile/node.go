package entryfile

import (
	"go.yaml.in/yaml/v3"

	"ecrmirror/internal/entryform"
)

// nodeOf returns a value as YAML; nil of Null. Lists of texts are written on one line.
func nodeOf(v entryform.Value) *yaml.Node {
	switch v.Kind {
	case entryform.Number:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: v.Scalar}
	case entryform.Bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: v.Scalar}
	case entryform.List:
		list := &yaml.Node{Kind: yaml.SequenceNode}
		for _, element := range v.List {
			list.Content = append(list.Content, nodeOf(element))
			if element.Kind == entryform.Text {
				list.Style = yaml.FlowStyle
			}
		}
		return list
	case entryform.Map:
		all := &yaml.Node{Kind: yaml.MappingNode}
		for _, m := range v.Members {
			all.Content = append(all.Content, textNode(m.Name), nodeOf(m.Value))
		}
		return all
	case entryform.Text, entryform.Plain:
		return textNode(v.Scalar)
	case entryform.Null, entryform.Other:
	}
	return nil
}

func textNode(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
}

// placesOf returns how many places the limiter counts in a field, at most: a value has two, beside those that signs in
// its text have.
func placesOf(n *yaml.Node) int {
	if n == nil {
		return 0
	}
	const perValue = 3
	places := perValue
	for i := range len(n.Value) {
		switch n.Value[i] {
		case ',', '[', '{', '\n', ' ', '\t', '\r', '"', '\'':
			places++
		}
	}
	for _, element := range n.Content {
		places += placesOf(element)
	}
	return places
}
