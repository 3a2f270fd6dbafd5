// Package conflict finds entries that are in each other's way. Two entries that write one destination tag would have it
// flip between their images, or between platforms of one image, for ever, or the tag would move by what the less strict
// one asks for ([entry.Wants]); two whose sources are one image, written in different ways, are one entry too many.
// Names are compared by what they mean (imagename.Name.Canonical). Nothing here uses the network.
package conflict

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"maps"
	"slices"
	"strings"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
)

// A key stands for what a name means.
type key [16]byte

// A claim says that an entry, by its number, has a name. It takes 20 bytes: there is one for each
// name of a table.
type claim struct {
	key    key
	number uint32
}

// An Index gathers the names of entries, in 48 bytes for each entry and 20 for each of its names, beside the sources
// themselves and each distinct [entry.Wants]. Its zero value is empty and ready.
type Index struct {
	entries      []participant
	sources      []claim
	destinations []claim
	unsure       []unsure
	invalid      invalid
}

// A participant is an entry, or an image of a selection.
type participant struct {
	source   string // as it is written
	key      key    // of the source
	selected bool   // it is an image of a selection
	wants    entry.Wants
}

// A label tells the participants of a name apart.
type label struct {
	source string
	wants  entry.Wants // zero where they don't matter
}

func (a label) compare(b label) int {
	return cmp.Or(strings.Compare(a.source, b.source), a.wants.Compare(b.wants))
}

// String returns what a participant is called: its source, and what of that it wants unless it has no options.
func (a label) String() string {
	if a.wants == (entry.Wants{}) {
		return a.source
	}
	return a.source + " " + a.wants.String()
}

// Add adds an entry, each once. An entry whose source has an error is passed over, and so is such a destination:
// no job copies them. An entry is not in conflict with itself; nor is an image of a selection with what copies the same
// image to the same destination and wants the same.
func (x *Index) Add(names entry.Names) {
	if names.Source.Err != nil {
		return
	}
	number := uint32(len(x.entries)) //nolint:gosec // a table of 4 billion entries is not read into memory
	k := sourceKey(names.Source)
	x.entries = append(x.entries, participant{names.Source.Text, k, names.Selection != "", names.Wants})
	if names.Selection == "" {
		x.sources = append(x.sources, claim{k, number})
	}
	for _, d := range names.Destinations {
		if k, ok := destinationKey(d); ok {
			x.destinations = append(x.destinations, claim{k, number})
		}
	}
}

// Among returns the conflicts among entries, which are all of a table.
func Among(entries []entry.Entry) *Found {
	var index Index
	for _, e := range entries {
		index.Add(e.Names())
	}
	return index.Find()
}

// Find returns the conflicts among the entries. The index is spent by it.
func (x *Index) Find() *Found {
	source := func(p participant) label { return label{source: p.source} }
	whole := func(p participant) label { return label{p.source, p.wants} }
	return &Found{
		sources:      contested(x.sources, x.entries, source),
		destinations: contested(x.destinations, x.entries, whole),
		unsure:       x.unsure, invalid: x.invalid,
	}
}

// A party is the entries that share a name. It is searched and not gone through: one name may be in each entry of a
// table.
type party struct {
	labels []label  // of each, once, sorted
	images []string // what the sources mean, in the form of [Image], each once, sorted
	// unlike are those of which several entries want different things, and these things.
	unlike map[string][]entry.Wants
}

// partyOf returns the party of claims. labelOf says what each is called.
func partyOf(claims []claim, entries []participant, labelOf func(participant) label) (p party) {
	wants := map[string][]entry.Wants{} // by image
	for _, c := range claims {
		e := entries[c.number]
		image := Image(e.source)
		if !slices.Contains(wants[image], e.wants) {
			wants[image] = append(wants[image], e.wants)
		}
		p.labels, p.images = append(p.labels, labelOf(e)), append(p.images, image)
	}
	maps.DeleteFunc(wants, func(_ string, of []entry.Wants) bool { return len(of) == 1 })
	p.unlike = wants
	slices.SortFunc(p.labels, label.compare)
	slices.Sort(p.images)
	// An image of a selection may be an entry, too.
	p.labels, p.images = slices.Compact(p.labels), slices.Compact(p.images)
	return p
}

// contested returns the entries that share a key, by the key.
func contested(claims []claim, entries []participant, labelOf func(participant) label) map[key]party {
	slices.SortFunc(claims, func(a, b claim) int {
		return cmp.Or(bytes.Compare(a.key[:], b.key[:]),
			strings.Compare(entries[a.number].source, entries[b.number].source))
	})
	claims = slices.Compact(claims) // an entry may name one destination in several ways
	shared := map[key]party{}
	for len(claims) > 0 {
		n := 1
		for n < len(claims) && claims[n].key == claims[0].key {
			n++
		}
		if n > 1 && !agree(claims[:n], entries) {
			shared[claims[0].key] = partyOf(claims[:n], entries, labelOf)
		}
		claims = claims[n:]
	}
	return shared
}

// agree reports whether all want the same of one image, and all but one at most are images of selections.
func agree(claims []claim, entries []participant) bool {
	exact, first := 0, entries[claims[0].number]
	for _, c := range claims {
		if e := entries[c.number]; e.key != first.key || e.wants != first.wants {
			return false
		}
		if !entries[c.number].selected {
			exact++
		}
	}
	return exact < 2
}

// Key returns the one form of an entry's source: two entries with one key are one. It is that of the image, or of a
// selection that of the repository or namespace.
func Key(e entry.Entry) string {
	if e.IsSelection() {
		if selected := Selected(e.Source); selected != "" {
			return selected
		}
	}
	return Image(e.Source)
}

// Selected returns the one form of the repository or namespace that a source names if it is that of a selection; "" if
// it can't be.
func Selected(source string) string {
	if s, err := entry.ParseSelected(source); err == nil {
		return s.Canonical()
	}
	return ""
}

// Image returns the one form of the image that a source names: two entries with one image are one. It returns the
// source itself where that names no image in a registry.
func Image(source string) string {
	if name := entry.ParseName(source); name.Err == nil {
		return read(name).Canonical().String()
	}
	return source
}

// read returns the name by which a source is read. Where it has a tag and a digest, the digest says what is read.
func read(source entry.Name) imagename.Name {
	name := source.Name
	if name.Digest != "" {
		name.Tag = ""
	}
	return name
}

func sourceKey(source entry.Name) key { return keyOf(read(source)) }

// destinationKey is that of what is written: the tag, whatever digest it is to have. An image that is
// named by its digest alone is nobody's: it can't become another.
func destinationKey(destination entry.Name) (key, bool) {
	name := destination.Name
	name.Digest = ""
	return keyOf(name), destination.Err == nil && name.Tag != ""
}

func keyOf(name imagename.Name) (k key) {
	sum := sha256.Sum256([]byte(name.Canonical().String()))
	copy(k[:], sum[:])
	return k
}
