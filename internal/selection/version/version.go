// Package version reads tags as versions, orders them, and says which are in a range. A tag is
//
//	[v] 1 to 6 numbers with dots between them [_BUILD] [-SUFFIX]...
//
// where a suffix is a word for a pre-release (rc1, beta.2, -SNAPSHOT), a build that counts up (-4, -r2), or else part
// of the variant (alpine3.20, slim-bookworm). No library for versions tells an rc from alpine: most take both for
// pre-releases, or refuse both.
package version

import (
	"cmp"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// maxParts is how many numbers a version may have.
const maxParts = 6

// A Version is a tag, read.
type Version struct {
	tag   string
	parts []uint64
	// Pre is the pre-release as semantic versions write it: rc.1, also where the tag has rc1, -RC-1 or c1; "" of a
	// release.
	Pre string
	// Build is what tells rebuilds of a version apart: 10 of 17.0.6_10, 4 of 1.2.3-4 and 1.2.3-r4; "" if there is
	// none.
	Build   string
	Variant string // the rest of the tag: alpine3.20, slim-bookworm; "" of a plain one
}

// Parts returns how many numbers the version has: 2 of 1.27-alpine.
func (v Version) Parts() int { return len(v.parts) }

// Compare returns a negative number if v comes before w, a positive one if after, and 0 for the same tag alone.
//
// The numbers decide, a missing one being 0. Then a pre-release comes before its release, and among those builds of a
// day come before alpha, beta and rc. Then the build decides, where none comes first. Then the longer tag is the later,
// which is the more exact one (1.27.0 after 1.27), and then the one of the greater bytes. A date, build or commit
// ([Version.IsNumber]) comes before everything else: 20241126 is no giant version after 1.27.
func (v Version) Compare(w Version) int {
	return cmp.Or(
		compareBool(w.IsNumber(), v.IsNumber()),
		slices.Compare(v.padded(), w.padded()),
		comparePre(v.Pre, w.Pre),
		compareBuilds(v.Build, w.Build),
		cmp.Compare(len(v.tag), len(w.tag)),
		strings.Compare(v.tag, w.tag),
	)
}

// IsNumber reports whether the first number has six digits or more: 20241126, 20241126.1. Such tags are dates, builds
// and commits.
func (v Version) IsNumber() bool { return len(v.parts) > 0 && v.parts[0] >= large }

// large is the least first number that no version has.
const large = 100_000

// padded returns all numbers, missing ones as 0.
func (v Version) padded() []uint64 {
	var all [maxParts]uint64
	copy(all[:], v.parts)
	return all[:]
}

// semver returns the first three numbers and the pre-release.
func (v Version) semver() *semver.Version {
	all := v.padded()
	return semver.New(all[0], all[1], all[2], ordered(v.Pre), "")
}

// ordered returns a pre-release with a number before it, by which semantic versions have the order of their words: as
// text a snapshot would come after an rc.
func ordered(pre string) string {
	if pre == "" {
		return ""
	}
	word, _, _ := strings.Cut(pre, ".")
	switch word {
	case "rc":
		return "3." + pre
	case "beta", "pre", "preview", "prerelease":
		return "2." + pre
	case "alpha", "ea", "m", "milestone":
		return "1." + pre
	}
	return "0." + pre // builds of a day: dev, snapshot, nightly
}

// comparePre compares pre-releases, which come before a release.
func comparePre(a, b string) int {
	if a == "" || b == "" {
		return compareBool(a == "", b == "")
	}
	return compareIdentifiers(ordered(a), ordered(b))
}

// compareBuilds compares builds, before which none comes.
func compareBuilds(a, b string) int {
	if a == "" || b == "" {
		return compareBool(a != "", b != "")
	}
	return compareIdentifiers(a, b)
}

// compareIdentifiers compares texts piece by piece as the pre-releases of semantic versions are: numbers by what they
// count, and before words. Unlike there a number may begin with zeros, which do not count.
func compareIdentifiers(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(a, b string) int {
		isNumber, other := isDigits(a), isDigits(b)
		switch {
		case isNumber != other:
			return compareBool(other, isNumber)
		case !isNumber:
			return strings.Compare(a, b)
		}
		a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
		return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
	})
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
