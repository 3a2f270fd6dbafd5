// Package conflict finds entries that are in each other's way. Two entries that write one destination tag would have it
// flip between their images for ever; two whose sources are one image, written in different ways, are one entry too
// many. Names are compared by what they mean (imagename.Name.Canonical). Nothing here uses the network.
package conflict

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"slices"
	"strings"

	"ecrmirror/internal/imagename"
)

// A key stands for what a name means.
type key [16]byte

// A claim says that an entry, by its number, has a name. It takes 20 bytes: there is one for each
// name of a table.
type claim struct {
	key   key
	entry uint32
}

// An Index gathers the names of entries, in about 20 bytes for each beside the sources themselves.
// Its zero value is empty and ready.
type Index struct {
	entries      []string // their sources, as they are written
	sources      []claim
	destinations []claim
}

// Add adds an entry, by its names as they are written. Each entry is added once. An entry whose source names no image
// in a registry is passed over, and so is such a destination: no job copies them. An entry is not in conflict with
// itself.
func (x *Index) Add(source string, destinations []string) {
	k, ok := sourceKey(source)
	if !ok {
		return
	}
	entry := uint32(len(x.entries)) //nolint:gosec // a table of 4 billion entries is not read into memory
	x.entries = append(x.entries, source)
	x.sources = append(x.sources, claim{k, entry})
	for _, written := range destinations {
		if k, ok := destinationKey(written); ok {
			x.destinations = append(x.destinations, claim{k, entry})
		}
	}
}

// Find returns the conflicts among the entries. The index is spent by it.
func (x *Index) Find() *Found {
	return &Found{sources: contested(x.sources, x.entries), destinations: contested(x.destinations, x.entries)}
}

// A party is the entries that share a name.
type party struct {
	first []string // their sources, as they are written: the first few, sorted
	size  int
}

// contested returns the entries that share a key, by the key.
func contested(claims []claim, entries []string) map[key]party {
	slices.SortFunc(claims, func(a, b claim) int {
		return cmp.Or(bytes.Compare(a.key[:], b.key[:]), strings.Compare(entries[a.entry], entries[b.entry]))
	})
	claims = slices.Compact(claims) // an entry may name one destination in several ways
	shared := map[key]party{}
	for len(claims) > 0 {
		n := 1
		for n < len(claims) && claims[n].key == claims[0].key {
			n++
		}
		if n > 1 {
			p := party{size: n}
			for _, c := range claims[:min(n, most+1)] {
				p.first = append(p.first, entries[c.entry])
			}
			shared[claims[0].key] = p
		}
		claims = claims[n:]
	}
	return shared
}

// Image returns the one form of the image that a source names: two entries with one image are one. It returns the
// source itself where that names no image in a registry.
func Image(source string) string {
	if name, ok := read(source); ok {
		return name.Canonical().String()
	}
	return source
}

// read parses a source. Where it has a tag and a digest, the digest says what is read.
func read(source string) (imagename.Name, bool) {
	name, ok := parse(source)
	if name.Digest != "" {
		name.Tag = ""
	}
	return name, ok
}

func sourceKey(written string) (key, bool) {
	name, ok := read(written)
	return keyOf(name), ok
}

// destinationKey is that of what is written: the tag, whatever digest it is to have. An image that is
// named by its digest alone is nobody's: it can't become another.
func destinationKey(written string) (key, bool) {
	name, ok := parse(written)
	name.Digest = ""
	return keyOf(name), ok && name.Tag != ""
}

// parse returns the name of an image in a registry. Entries name no others.
func parse(written string) (imagename.Name, bool) {
	name, err := imagename.ParseImage(written)
	if err != nil || name.Kind == imagename.OCILayout || name.Kind == imagename.Directory {
		return imagename.Name{}, false
	}
	return name, true
}

func keyOf(name imagename.Name) (k key) {
	sum := sha256.Sum256([]byte(name.Canonical().String()))
	copy(k[:], sum[:])
	return k
}
