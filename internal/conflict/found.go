package conflict

import (
	"fmt"
	"slices"
	"strings"

	"ecrmirror/internal/entry"
)

// Found are the conflicts among the entries of a table. It is safe for concurrent use once all owners are known; nil
// has none.
type Found struct {
	sources, destinations map[key]party
	owners                map[key]string
}

// Own makes a source image, in the form of [Image], the owner of a destination that several entries have. It has no
// effect if none of them has that source.
func (f *Found) Own(destination entry.Name, owner string) {
	k, _ := destinationKey(destination)
	if !slices.ContainsFunc(f.destinations[k], func(name string) bool { return Image(name) == owner }) {
		return
	}
	if f.owners == nil {
		f.owners = map[key]string{}
	}
	f.owners[k] = owner
}

// Destination returns an *[Error] if an entry of another source writes the destination, too, unless the entry owns it.
// It returns nil otherwise.
func (f *Found) Destination(source, destination entry.Name) error {
	if f == nil || len(f.destinations) == 0 { // as nearly always: the name need not be hashed
		return nil
	}
	k, _ := destinationKey(destination)
	switch owner := f.owners[k]; {
	case owner == "":
	case owner == Image(source.Text):
		return nil
	default:
		return &Error{Entries: []string{owner}, format: "is mirrored from %s: take it out of one of the two entries"}
	}
	return others("is written by entry %s, too: take it out of all entries but one", source.Text, f.destinations[k])
}

// Rivals returns the source images of other entries that have the destination, in the form of [Image]. Entries of the
// same source are no rivals.
func (f *Found) Rivals(source, destination entry.Name) (rivals []string) {
	if f == nil || len(f.destinations) == 0 {
		return nil
	}
	k, _ := destinationKey(destination)
	own := Image(source.Text)
	for _, name := range f.destinations[k] {
		if image := Image(name); image != own && !slices.Contains(rivals, image) {
			rivals = append(rivals, image)
		}
	}
	return rivals
}

// Source returns an *[Error] if the source of another entry is the same image, in other words, and nil otherwise.
func (f *Found) Source(source entry.Name) error {
	if f == nil || len(f.sources) == 0 {
		return nil
	}
	p := f.sources[sourceKey(source)]
	return others("is the same image as the source of entry %s: remove all of them but one", source.Text, p)
}

// An Error says with which other entries one is in conflict.
type Error struct {
	Entries []string // their sources, as they are written, sorted: the first few
	More    int      // how many there are besides
	format  string
}

// most is how many entries an error names.
const most = 3

func (e *Error) Error() string {
	var names []string
	for _, name := range e.Entries {
		names = append(names, fmt.Sprintf("%q", name))
	}
	if e.More > 0 {
		names = append(names, fmt.Sprintf("%d more", e.More))
	}
	return fmt.Sprintf(e.format, strings.Join(names, " and "))
}

// others says who the party is besides the entry of the source.
func others(format, source string, p party) error {
	names := slices.DeleteFunc(slices.Clone(p), func(name string) bool { return name == source })
	if len(names) == 0 {
		return nil
	}
	named := names[:min(most, len(names))]
	return &Error{Entries: named, More: len(names) - len(named), format: format}
}
