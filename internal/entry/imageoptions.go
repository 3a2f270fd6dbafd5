package entry

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/platforms"
	"ecrmirror/internal/verify/policy"
)

// ImageOptions say what of an image is mirrored. The zero value is all of it. A rule of a selection may have its own.
type ImageOptions struct {
	// Platforms are those that are mirrored of an index, as [ParsePlatforms] returns them; "" = all.
	Platforms string
	// Artifacts are those that come with an image, as [artifacts.Filter.String] has them; "" leaves it to the service's
	// setting.
	Artifacts string
	// ArtifactsFrom is the repository that has them; "" is the image's own.
	ArtifactsFrom string
	// ArtifactsRequired has an image fail that would come without.
	ArtifactsRequired bool
	// ArtifactsEvery is how often it is looked for such that came later; 0 is the default of the ledger's.
	ArtifactsEvery time.Duration
	// Verify is the policy of who must have signed an image, as [policy.Policy.String] has it; "" leaves it to the
	// service's setting.
	Verify string
}

// AllPlatforms is what a rule has as its platforms if it wants all of them, whatever the entry says.
const AllPlatforms = "all"

// MemberPlatforms is the option that has the platforms, and MemberOptions the member of a rule that has its options.
const (
	MemberPlatforms         = "platforms"
	MemberArtifacts         = "artifacts"
	MemberArtifactsFrom     = "artifactsFrom"
	MemberArtifactsRequired = "artifactsRequired"
	MemberArtifactsEvery    = "artifactsEvery"
	MemberVerify            = "verify"
	MemberOptions           = "options"
)

// LeastArtifactsEvery is how often artifacts may be looked for.
const LeastArtifactsEvery = time.Hour

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
	o.Artifacts = cmp.Or(o.Artifacts, entrys.Artifacts)
	o.ArtifactsFrom = cmp.Or(o.ArtifactsFrom, entrys.ArtifactsFrom)
	o.ArtifactsEvery = cmp.Or(o.ArtifactsEvery, entrys.ArtifactsEvery)
	o.Verify = cmp.Or(o.Verify, entrys.Verify)
	o.ArtifactsRequired = o.ArtifactsRequired || entrys.ArtifactsRequired
	return o
}

// OptionsSize returns how many bytes of text the options have.
func (o ImageOptions) OptionsSize() int {
	return len(o.Platforms) + len(o.Artifacts) + len(o.ArtifactsFrom) + len(o.Verify)
}

// ParseArtifacts returns artifacts in the one form of all those that mean the same, as [artifacts.Filter.String] has
// them.
func ParseArtifacts(texts ...string) (string, error) {
	filter, err := artifacts.Parse(texts...)
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		err = oneLine(all.Unwrap())
	}
	return filter.String(), err
}

// ArtifactTexts returns the artifacts one by one.
func (o ImageOptions) ArtifactTexts() []string {
	if o.Artifacts == "" {
		return nil
	}
	return strings.Split(o.Artifacts, ",")
}

// ArtifactFilter returns which artifacts come; given is false if the options don't say it.
func (o ImageOptions) ArtifactFilter() (filter artifacts.Filter, given bool) {
	if o.Artifacts == "" {
		return artifacts.Filter{}, false
	}
	filter, err := artifacts.Parse(o.ArtifactTexts()...)
	return filter, err == nil
}

// checkOptions returns what is wrong with the options.
func (o ImageOptions) checkOptions() error {
	if size := o.OptionsSize(); size > MaxRuleText { // in which much may be wrong
		return fmt.Errorf("options of %d bytes; those of an entry may have %d", size, MaxRuleText)
	}
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
	if err := o.checkVerify(); err != nil {
		return err
	}
	return o.checkArtifacts()
}

// checkVerify returns what is wrong with who must have signed. A job has no files with keys.
func (o ImageOptions) checkVerify() error {
	if o.Verify == "" {
		return nil
	}
	if _, err := policy.ParseAlone(o.Verify); err != nil {
		return fmt.Errorf("%s: %w", MemberVerify, err)
	}
	return nil
}

func (o ImageOptions) checkArtifacts() error {
	if o.Artifacts != "" {
		if _, err := ParseArtifacts(o.ArtifactTexts()...); err != nil {
			return fmt.Errorf("%s: %w", MemberArtifacts, err)
		}
	}
	if o.ArtifactsFrom != "" {
		if err := checkRepository(o.ArtifactsFrom); err != nil {
			return fmt.Errorf("%s: %w", MemberArtifactsFrom, err)
		}
	}
	filter, given := o.ArtifactFilter()
	isNone := given && filter.IsNone()
	switch {
	case o.ArtifactsEvery != 0 && o.ArtifactsEvery < LeastArtifactsEvery:
		return fmt.Errorf("%s: must be an hour at least, like 24h or 7d", MemberArtifactsEvery)
	case isNone && (o.ArtifactsRequired || o.ArtifactsFrom != "" || o.ArtifactsEvery != 0):
		return fmt.Errorf("%s is none, and other options are about artifacts", MemberArtifacts)
	}
	return nil
}

// checkRepository returns why a text is not the name of a repository in a registry.
func checkRepository(text string) error {
	name, err := imagename.Parse(text)
	switch {
	case err != nil:
		return err
	case name.IsOnDisk():
		return inRegistriesOnly(text)
	case name.Tag != "" || name.Digest != "":
		return fmt.Errorf("image name %q: name the repository alone, without a tag or a digest", text)
	}
	return nil
}
