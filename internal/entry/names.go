package entry

import (
	"cmp"

	"ecrmirror/internal/imagename"
)

// Names are the names of an entry, parsed.
type Names struct {
	Source       Name
	Destinations []Name // one for each of the entry's, in its order
	Selection    string // as in the entry
	Wants        Wants
}

// Names parses the names of the entry. A name without tag and digest is that of the image with the tag "latest". Those
// of a selection name no image: each has an error, which is [ErrSelection] of one without problems. By that put,
// import, plan and sweep refuse it.
func (e Entry) Names() Names {
	parse := ParseName
	if e.IsSelection() {
		err := cmp.Or(e.Validate(), ErrSelection)
		parse = func(text string) Name { return Name{Written: imagename.Written{Text: text}, Err: err} }
	}
	names := Names{
		Source: parse(e.Source), Destinations: make([]Name, len(e.Destinations)), Selection: e.Selection,
		Wants: e.Wants(),
	}
	for i, text := range e.Destinations {
		names.Destinations[i] = parse(text)
	}
	return names
}
