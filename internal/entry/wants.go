package entry

import (
	"cmp"
	"strconv"
	"strings"
	"unique"

	"ecrmirror/internal/printable"
	"ecrmirror/internal/verify/policy"
)

// Wants are options as far as they say what is to be at a destination, and what is asked of it before: all but how
// often it is looked at. Those of several entries for one image and one destination must be the same. They are
// compared by ==, and take a pointer, however many entries have the same. The zero Wants are those of no options.
type Wants struct {
	options unique.Handle[ImageOptions]
}

// Wants returns what the options want.
func (o ImageOptions) Wants() Wants {
	o.ArtifactsEvery = 0
	if o == (ImageOptions{}) {
		return Wants{}
	}
	return Wants{unique.Make(o)}
}

// Options returns the options, without those that are not compared.
func (w Wants) Options() ImageOptions {
	if w == (Wants{}) {
		return ImageOptions{}
	}
	return w.options.Value()
}

// Compare orders wants. It returns 0 only if they are the same.
func (w Wants) Compare(other Wants) int {
	if w == other {
		return 0
	}
	a, b := w.Options(), other.Options()
	return cmp.Or(strings.Compare(a.Platforms, b.Platforms), strings.Compare(a.Artifacts, b.Artifacts),
		strings.Compare(a.ArtifactsFrom, b.ArtifactsFrom), strings.Compare(a.Verify, b.Verify),
		strings.Compare(strconv.FormatBool(a.ArtifactsRequired), strconv.FormatBool(b.ArtifactsRequired)))
}

// longestWish is how many bytes of what an option asks for are shown.
const longestWish = 200

// String returns what is wanted of an image, for people: "of linux/amd64 with artifacts signatures, artifactsRequired".
// What is long is cut.
func (w Wants) String() string {
	o := w.Options()
	text := "of " + printable.Short(cmp.Or(o.Platforms, "all platforms"), longestWish)
	var with []string
	for _, option := range []struct{ name, text string }{
		{MemberArtifacts, o.Artifacts}, {MemberArtifactsFrom, o.ArtifactsFrom}, {MemberVerify, signers(o.Verify)},
	} {
		if option.text != "" {
			with = append(with, option.name+" "+printable.Short(option.text, longestWish))
		}
	}
	if o.ArtifactsRequired {
		with = append(with, MemberArtifactsRequired)
	}
	if len(with) > 0 {
		text += " with " + strings.Join(with, ", ")
	}
	return text
}

// signers says who must have signed by a policy.
func signers(verify string) string {
	p, err := policy.Parse(verify)
	if err != nil { // which was refused when the entry was read
		return verify
	}
	texts := make([]string, len(p))
	for i, r := range p {
		texts[i] = r.Summary()
	}
	return strings.Join(texts, " and ")
}
