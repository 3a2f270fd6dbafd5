package version

import (
	"regexp"
	"strconv"
	"strings"
)

// A NotVersion is why a tag is not a version.
type NotVersion string

func (n NotVersion) Error() string { return string(n) }

// Why tags are not versions.
const (
	NoNumber NotVersion = "not a version"
	Date     NotVersion = "not a version: a date"
	Commit   NotVersion = "not a version: a commit"
	TooLong  NotVersion = "not a version: more than 6 numbers"
)

// longestCommit is how many hex digits a hash has at most.
const longestCommit = 64

var (
	// core is the numbers that a tag begins with. More digits are no number of 64 bits.
	core = regexp.MustCompile(`^[vV]?([0-9]{1,19}(?:\.[0-9]{1,19})*)`)
	date = regexp.MustCompile(`^(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])(?:-|$)`)
	// commit is a hash that has a letter in it. One of digits alone is a large number.
	commit = regexp.MustCompile(`^[0-9a-f]{7}[0-9a-f]*$`)
	digits = regexp.MustCompile(`^[0-9]+$`)
	// revision is a suffix that counts rebuilds up, as distributions of packages write it.
	revision = regexp.MustCompile(`^r([0-9]+)$`)
	// pre is a suffix that says that it is a pre-release, with what follows the word.
	pre = regexp.MustCompile(`(?i)^(alpha|beta|rc|cr|pre|preview|prerelease|dev|snapshot|nightly|canary|` +
		`ea|milestone|next|unstable|insiders?)(?:\.?([0-9][0-9a-z.]*))?$`)
	// short is the same of words that need a number.
	short = regexp.MustCompile(`(?i)^(m)\.?([0-9]+)$`)
	// attached is a pre-release that follows the numbers directly: 17rc1, 3.14.0b2.
	attached = regexp.MustCompile(`(?i)^(a|b|c|alpha|beta|rc|pre|dev)([0-9]+)(?:$|[-_])`)
)

// longNames are what short words of pre-releases stand for.
var longNames = map[string]string{"a": "alpha", "b": "beta", "c": "rc", "cr": "rc"}

// Parse reads a tag. Its error is a [NotVersion].
func Parse(tag string) (Version, error) {
	m := core.FindStringSubmatch(tag)
	switch {
	case m == nil:
		return Version{}, NoNumber
	case date.MatchString(tag):
		return Version{}, Date
	case len(tag) <= longestCommit && commit.MatchString(tag) && !digits.MatchString(tag):
		return Version{}, Commit
	}
	v := Version{tag: tag}
	for number := range strings.SplitSeq(m[1], ".") {
		n, err := strconv.ParseUint(number, 10, 64)
		if err != nil {
			return Version{}, NoNumber
		}
		v.parts = append(v.parts, n)
	}
	if len(v.parts) > maxParts {
		return Version{}, TooLong
	}
	if !v.tail(tag[len(m[0]):], len(v.parts) > 1) {
		return Version{}, NoNumber
	}
	return v, nil
}

// tail reads what follows the numbers, and reports whether it may. A letter that is to mean a pre-release by itself
// needs numbers with dots before it.
func (v *Version) tail(text string, dotted bool) bool {
	if m := attached.FindStringSubmatch(text); m != nil && (dotted || len(m[1]) > 1) {
		v.Pre = preOf(m[1], m[2])
		text = text[len(m[1])+len(m[2]):]
	}
	if rest, ok := strings.CutPrefix(text, "_"); ok {
		return v.underscore(rest)
	}
	switch {
	case text == "":
		return true
	case text[0] == '-', text[0] == '.':
		return v.suffixes(text[1:])
	}
	return false
}

// underscore reads what follows the numbers and an underscore: a pre-release (3.21.0_rc1), a build with suffixes
// (17.0.6_10-jdk), or Helm's build metadata, which may have dashes in it (1.2.3_build-5).
func (v *Version) underscore(text string) bool {
	build, rest, more := strings.Cut(text, "-")
	if _, _, isPre := v.preRelease(build); isPre {
		return v.suffixes(text)
	}
	if !isDigit(text) {
		v.Build = text
		return text != ""
	}
	v.Build = build
	return !more || v.suffixes(rest)
}

func isDigit(text string) bool { return text != "" && '0' <= text[0] && text[0] <= '9' }

// suffixes reads the rest of a tag, with dashes between its parts, and reports whether none is empty.
func (v *Version) suffixes(text string) bool {
	var variant []string
	wordAlone := false // the suffix before is a pre-release whose number may follow
	for suffix := range strings.SplitSeq(text, "-") {
		if suffix == "" {
			return false
		}
		build, counts := counter(suffix, len(variant) > 0)
		switch name, rest, isPre := v.preRelease(suffix); {
		case isPre:
			wordAlone = rest == ""
			v.addPre(preOf(name, rest))
			continue
		case wordAlone && digits.MatchString(suffix):
			v.addPre(number(suffix))
		case counts && v.Build == "":
			v.Build = build
		default:
			variant = append(variant, suffix)
		}
		wordAlone = false
	}
	v.Variant = strings.Join(variant, "-")
	return true
}

// counter reads a suffix as a build that counts up. Within a variant a number is part of its name: debian-12.
func counter(suffix string, inVariant bool) (build string, ok bool) {
	if m := revision.FindStringSubmatch(suffix); m != nil {
		return m[1], true
	}
	return suffix, !inVariant && digits.MatchString(suffix)
}

// preRelease reads a suffix as a pre-release. Helm writes the build metadata that may follow with an underscore.
func (v *Version) preRelease(suffix string) (name, rest string, ok bool) {
	word, build, hasBuild := strings.Cut(suffix, "_")
	m := pre.FindStringSubmatch(word)
	if m == nil {
		m = short.FindStringSubmatch(word)
	}
	if m == nil {
		return "", "", false
	}
	if hasBuild && v.Build == "" {
		v.Build = build
	}
	return m[1], m[2], true
}

// addPre adds to the pre-release.
func (v *Version) addPre(text string) {
	if v.Pre != "" {
		text = "." + text
	}
	v.Pre += text
}

// preOf returns a pre-release as semantic versions write it.
func preOf(word, rest string) string {
	word = strings.ToLower(word)
	if long, ok := longNames[word]; ok {
		word = long
	}
	for part := range strings.SplitSeq(rest, ".") {
		if part != "" {
			word += "." + number(part)
		}
	}
	return word
}

// number returns a number without the zeros before it, and other text in lower case.
func number(text string) string {
	if last := len(text) - 1; digits.MatchString(text) {
		return strings.TrimLeft(text[:last], "0") + text[last:]
	}
	return strings.ToLower(text)
}
