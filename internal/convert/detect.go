package convert

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"ecrmirror/internal/convert/dregsy"
	"ecrmirror/internal/convert/list"
	"ecrmirror/internal/convert/member"
	"ecrmirror/internal/convert/regsync"
	"ecrmirror/internal/convert/skopeosync"
)

var (
	errOurs = errors.New("is a file of entries already: controller import reads it")
	errWhat = errors.New("can't tell the format by the contents: name it by --from (" +
		strings.Join(Formats(), ", ") + ")")

	// memberLine finds lines that a mapping has and a list of images can't have.
	memberLine = regexp.MustCompile(
		`(?m)^(?:(?:version|creds|defaults|sync|tasks|relay):[ \t]|[a-z0-9.-]+(?::[0-9]+)?:[ \t]*(?:#.*)?$)`)
)

// detect tells the format of a file.
func detect(data []byte) (string, error) {
	var document yaml.Node
	err := yaml.Unmarshal(data, &document)
	if err != nil && memberLine.Match(data) {
		return "", member.Syntax(err)
	}
	if err != nil || len(document.Content) == 0 || document.Content[0].Kind != yaml.MappingNode {
		if err == nil && len(document.Content) > 0 && document.Content[0].Kind != yaml.ScalarNode {
			return "", errWhat
		}
		return list.Name, nil
	}
	return detectMapping(document.Content[0])
}

// detectMapping tells the format of a file that is a mapping.
func detectMapping(n *yaml.Node) (string, error) {
	names := membersOf(n)
	switch {
	case slices.Contains(names, "entries"):
		return "", errOurs
	case slices.Contains(names, "tasks"), slices.Contains(names, "relay"):
		return dregsy.Name, nil
	case slices.Contains(names, "sync"), slices.Contains(names, "creds"):
		return regsync.Name, nil
	}
	for i := 1; i < len(n.Content); i += 2 {
		value := n.Content[i]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if slices.ContainsFunc(membersOf(value), func(name string) bool { return strings.HasPrefix(name, "images") }) {
			return skopeosync.Name, nil
		}
	}
	return "", errWhat
}

// membersOf returns the names of a mapping's members.
func membersOf(n *yaml.Node) (names []string) {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i < len(n.Content); i += 2 {
		names = append(names, n.Content[i].Value)
	}
	return names
}
