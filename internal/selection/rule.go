// Package selection says which tags of a repository rules choose, and which repositories of a registry, with the reason
// for each. It only computes: it is given what a registry lists, and what time it is.
package selection

import (
	"slices"
	"time"
)

// A Rule chooses tags of a repository. It has what a person wrote; [Rule.Faults] checks it.
//
// Its steps, in their order: Include, then Version with Parts, Pre and Variant, then Exclude, MinimumAge, and Newest.
// Tags of the form sha256-... are never chosen: they hold what belongs to an image, such as its signature.
type Rule struct {
	Include []string // patterns of which one must match, see [pattern.Tag]; none = every tag
	Exclude []string // patterns of which none may match
	// Version is a range in which the tag's version must be, see [version.ParseRange]; "" = the tag need not be one.
	Version string
	// Parts, Variant and Pre need Version. Parts is how many numbers the version must have; 0 = [DefaultParts].
	Parts   int
	Variant []string // patterns of the version's variant, where "" is a tag without one; none = that alone
	Pre     bool     // whether the version may be a pre-release
	// Newest is how many tags are chosen of those that come through all other steps: the last ones in the order of By,
	// of each variant where Version is given or the order is that of versions. 0 = [DefaultNewest]; [All] = all.
	Newest int
	By     By // the order; "" = [ByVersion]
	// MinimumAge is for how long a tag must have had its digest. A younger one is held; 0 = no time.
	MinimumAge time.Duration
	// Pin is tags that are chosen beside, by their names. Of all steps only Exclude and MinimumAge are theirs.
	Pin []string
}

// Defaults of a rule, and limits of what is chosen where no others are given.
const (
	DefaultParts        = 3
	DefaultNewest       = 10
	DefaultTags         = 500 // of a repository
	DefaultRepositories = 200
	// The highest numbers that may be allowed: what a run has of its images stays in memory.
	HighestTags         = 200_000
	HighestRepositories = 10_000
)

// All is a [Rule.Newest] without a limit.
const All = -1

// By is an order of tags, of which the newest is the last.
type By string

// The orders.
const (
	ByVersion By = "version" // a tag that is not a version is not chosen, unless Newest is All
	ByName    By = "name"    // as text, numbers in it by their values: build-9 comes before build-10
	ByTime    By = "time"    // when the registry says that the tag was pushed
)

// Orders returns all orders.
func Orders() []string { return []string{string(ByVersion), string(ByName), string(ByTime)} }

// IsLiteral reports whether the rule only pins tags, so that no list of tags is needed.
func (r Rule) IsLiteral() bool { return len(r.Pin) > 0 && !r.chooses() }

// chooses reports whether the rule has a step that says which of a list of tags are meant.
func (r Rule) chooses() bool { return len(r.Include) > 0 || r.Version != "" }

// newest returns how many tags are chosen; [All] if there is no limit.
func (r Rule) newest() int {
	if r.Newest == 0 {
		return DefaultNewest
	}
	return r.Newest
}

func (r Rule) by() By {
	if r.By == "" {
		return ByVersion
	}
	return r.By
}

func (r Rule) parts() int {
	if r.Parts == 0 {
		return DefaultParts
	}
	return r.Parts
}

// Equal reports whether both rules are the same, as they are written.
func (r Rule) Equal(other Rule) bool {
	return slices.Equal(r.Include, other.Include) && slices.Equal(r.Exclude, other.Exclude) &&
		slices.Equal(r.Variant, other.Variant) && slices.Equal(r.Pin, other.Pin) &&
		r.Version == other.Version && r.Parts == other.Parts && r.Pre == other.Pre &&
		r.Newest == other.Newest && r.By == other.By && r.MinimumAge == other.MinimumAge
}

// Size returns how many bytes of text the rule has.
func (r Rule) Size() int {
	size := len(r.Version)
	for _, list := range [][]string{r.Include, r.Exclude, r.Variant, r.Pin} {
		for _, text := range list {
			size += len(text)
		}
	}
	return size
}
