package entry

import (
	"cmp"
	"strings"
	"time"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/platforms"
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
