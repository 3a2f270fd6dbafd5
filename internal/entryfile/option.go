package entryfile

import (
	"time"

	"go.yaml.in/yaml/v3"

	"ecrmirror/internal/entry"
)

// options are the fields that hold one option of an entry each. Those of its images are in the field options.
var options = []option{
	inField("expires", func(o *entry.Options) *time.Time { return &o.Expires }, entry.ParseExpiry, entry.FormatExpiry),
}

// An option is a field that holds one option. Where an entry lacks it, the option has its zero value.
type option struct {
	name  string
	read  func(text string, now time.Time, o *entry.Options) error
	write func(entry.Options) string // "" of the zero value
}

// inField returns the field of a member of the options, which is written as a text without quotes.
func inField[T comparable](
	name string, member func(*entry.Options) *T, parse func(string, time.Time) (T, error), format func(T) string,
) option {
	return option{
		name: name,
		read: func(text string, now time.Time, o *entry.Options) (err error) {
			*member(o), err = parse(text, now)
			return err
		},
		write: func(o entry.Options) string {
			var zero T
			if value := *member(&o); value != zero {
				return format(value)
			}
			return ""
		},
	}
}

// entryFields returns the fields that an entry may have.
func entryFields() []string {
	names := []string{fieldSource, fieldDestinations}
	for _, option := range options {
		names = append(names, option.name)
	}
	return append(names, fieldTags, fieldRepos, fieldLabels, fieldOptions)
}

// options reads the options of an entry that have fields of their own.
func (f *reader) options(fields map[string]*yaml.Node, o *entry.Options) {
	for _, option := range options {
		n := fields[option.name]
		if n == nil || n.Tag == "!!null" {
			continue
		}
		if err := option.read(cut(f.text(n, option.name)), f.now, o); err != nil {
			f.bad(n, "%w", err)
		}
	}
}
