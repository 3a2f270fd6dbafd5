// Package platforms says which instances of an index are mirrored where an entry asks for some platforms only, and
// computes the index that a destination then holds, by a rule that anybody can follow: raw elements are cut out of the
// source index's list, and every other byte stays. So a wanted digest follows from the source's bytes alone.
// docs/platforms.md has the rule in words, and vectors.
//
// It is pure. What it reads is from strangers: bounded, and refused where it can be read in two ways.
package platforms

// Rule is the name of the rule by which indexes are trimmed. A rule that gives another digest for any index has another
// name.
const Rule = "trim/1"

// Limits of what is read. They are those of the copy engine, which reads the same indexes.
const (
	MaxIndex    = 4 << 20 // bytes of an index
	maxElements = 50_000
	maxValues   = 1_000 // members, annotations and so on of an element
	maxText     = 1_024 // bytes of a text that counts, as it is written
)

// MaxPlatforms is how many platforms a filter may name.
const MaxPlatforms = 50
