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
	unsure                []unsure
	invalid               invalid
}

// Own makes a source image, in the form of [Image], the owner of a destination that several entries have. It has no
// effect if none of them has that source.
func (f *Found) Own(destination entry.Name, owner string) {
	k, _ := destinationKey(destination)
	if !has(f.destinations[k].images, owner) {
		return
	}
	if f.owners == nil {
		f.owners = map[key]string{}
	}
	f.owners[k] = owner
}

// Destination returns an *[Error] if an entry of another source, or one that wants something else of it, writes the
// destination of a source, too, unless the entry owns it. It returns nil otherwise.
func (f *Found) Destination(source entry.Name, wants entry.Wants, destination entry.Name) error {
	if f == nil || len(f.destinations) == 0 { // as nearly always: the name need not be hashed
		return nil
	}
	k, _ := destinationKey(destination)
	switch owner, own := f.owners[k], Image(source.Text); {
	case owner == "", owner == own && f.destinations[k].unlike[own] != nil:
	case owner == own:
		return nil
	default:
		return &Error{Entries: []string{owner}, format: "is mirrored from %s: take it out of one of the two entries"}
	}
	own := label{source.Text, wants}
	return others("is written by entry %s, too: take it out of all entries but one", own, f.destinations[k])
}

// Unlike reports whether other entries of the source image want something else of it at the destination, and whether
// all of these want other platforms of it.
func (f *Found) Unlike(source entry.Name, wants entry.Wants, destination entry.Name) (some, byPlatforms bool) {
	if f == nil || len(f.destinations) == 0 {
		return false, false
	}
	k, _ := destinationKey(destination)
	byPlatforms = true
	for _, other := range f.destinations[k].unlike[Image(source.Text)] {
		if other != wants {
			some = true
			byPlatforms = byPlatforms && other.Options().Platforms != wants.Options().Platforms
		}
	}
	return some, some && byPlatforms
}

// Rivals reports whether entries of other source images have the destination, and whether one of these images is owner,
// in the form of [Image]. Entries of the same source are no rivals.
func (f *Found) Rivals(source, destination entry.Name, owner string) (some, owns bool) {
	if f == nil || len(f.destinations) == 0 {
		return false, false
	}
	k, _ := destinationKey(destination)
	own, images := Image(source.Text), f.destinations[k].images
	return len(images) > count(has(images, own)), owner != own && has(images, owner)
}

func has(sorted []string, text string) bool {
	_, is := slices.BinarySearch(sorted, text)
	return is
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

// Source returns an *[Error] if the source of another entry is the same image, in other words, and nil otherwise.
func (f *Found) Source(source entry.Name) error {
	if f == nil || len(f.sources) == 0 {
		return nil
	}
	p := f.sources[sourceKey(source)]
	return others("is the same image as the source of entry %s: remove all of them but one", label{source: source.Text}, p)
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

// others says who the party is besides the entry of that label.
func others(format string, own label, p party) error {
	_, among := slices.BinarySearchFunc(p.labels, own, label.compare)
	rest := len(p.labels) - count(among)
	if rest == 0 {
		return nil
	}
	var named []string
	for _, other := range p.labels[:min(most+1, len(p.labels))] {
		if other != own && len(named) < most {
			named = append(named, other.String())
		}
	}
	return &Error{Entries: named, More: rest - len(named), format: format}
}
