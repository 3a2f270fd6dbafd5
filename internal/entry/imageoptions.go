package entry

import (
	"cmp"
	"fmt"
	"strings"

	"ecrmirror/internal/platforms"
)

// ImageOptions say what of an image is mirrored. The zero value is all of it. A rule of a selection may have its own.
type ImageOptions struct {
	// Platforms are those that are mirrored of an index, as [ParsePlatforms] returns them; "" = all.
	Platforms string
}

// AllPlatforms is what a rule has as its platforms if it wants all of them, whatever the entry says.
const AllPlatforms = "all"

// MemberPlatforms is the option that has the platforms, and MemberOptions the member of a rule that has its options.
const (
	MemberPlatforms = "platforms"
	MemberOptions   = "options"
)

// ParsePlatforms returns platforms in the one form of all those that mean the same: as [platforms.Filter.String] has
// them, or [AllPlatforms].
func ParsePlatforms(texts ...string) (string, error) {
	if len(texts) == 1 && texts[0] == AllPlatforms {
		return AllPlatforms, nil
	}
	filter, err := platforms.Parse(texts...)
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		err = oneLine(all.Unwrap())
	}
	return filter.String(), err
}

// PlatformTexts returns the platforms one by one.
func (o ImageOptions) PlatformTexts() []string {
	if o.Platforms == "" {
		return nil
	}
	return strings.Split(o.Platforms, ",")
}

// Filter returns the platforms as what they leave of an index; the zero Filter if they are all.
func (o ImageOptions) Filter() (platforms.Filter, error) {
	if o.Platforms == "" || o.Platforms == AllPlatforms {
		return platforms.Filter{}, nil
	}
	return platforms.Parse(o.PlatformTexts()...)
}

// Over returns the options of a rule where the entry has others: each that the rule does not have is the entry's.
func (o ImageOptions) Over(entrys ImageOptions) ImageOptions {
	o.Platforms = cmp.Or(o.Platforms, entrys.Platforms)
	if o.Platforms == AllPlatforms {
		o.Platforms = ""
	}
	return o
}

// checkOptions returns what is wrong with the options.
func (o ImageOptions) checkOptions() error {
	canonical, err := "", error(nil)
	if o.Platforms != "" {
		canonical, err = ParsePlatforms(o.PlatformTexts()...)
	}
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", MemberPlatforms, err)
	case canonical != o.Platforms:
		return fmt.Errorf("%s: %q is written %q", MemberPlatforms, o.Platforms, canonical)
	}
	return nil
}
