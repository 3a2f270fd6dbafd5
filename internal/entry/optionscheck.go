package entry

import (
	"fmt"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/verify/policy"
)

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
	isNone := o.noArtifacts()
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

// checkWithin returns why options of a rule can't be within those of its entry.
func (o ImageOptions) checkWithin(entrys ImageOptions) error {
	if o.noArtifacts() && entrys.ArtifactsRequired {
		return fmt.Errorf("%s is none, and the entry has %s", MemberArtifacts, MemberArtifactsRequired)
	}
	return o.checkOptions()
}

// noArtifacts reports whether the options say that no artifacts come.
func (o ImageOptions) noArtifacts() bool {
	filter, given := o.ArtifactFilter()
	return given && filter.IsNone()
}
