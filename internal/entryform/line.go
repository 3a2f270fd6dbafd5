package entryform

import (
	"regexp"
	"strconv"
	"strings"

	"ecrmirror/internal/entry"
)

// Lines returns the rules, repos, options and labels of an entry for people, each as one line that a file may have.
func Lines(e entry.Entry) []string {
	var lines []string
	for _, rule := range WriteTags(e.Tags).List {
		lines = append(lines, "tags "+line(rule))
	}
	if v := WriteRepos(e.Repos); v.Kind != Null {
		lines = append(lines, "repos "+line(v))
	}
	if v := WriteOptions(e.ImageOptions); v.Kind != Null {
		lines = append(lines, "options "+line(v))
	}
	if v := WriteLabels(e.Labels); v.Kind != Null {
		lines = append(lines, "labels "+line(v))
	}
	return lines
}

// plain is a text that needs no quotes.
var plain = regexp.MustCompile(`^[A-Za-z0-9_./^~][A-Za-z0-9_./^~@:+=<>*-]*$`)

// line returns a value as one line of YAML.
func line(v Value) string {
	var parts []string
	switch v.Kind {
	case List:
		for _, element := range v.List {
			parts = append(parts, line(element))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case Map:
		for _, m := range v.Members {
			parts = append(parts, text(m.Name)+": "+line(m.Value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case Text, Plain:
		return text(v.Scalar)
	case Null, Number, Bool, Other:
	}
	return v.Scalar
}

func text(s string) string {
	if plain.MatchString(s) {
		return s
	}
	return strconv.Quote(s)
}
