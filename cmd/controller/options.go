package main

import (
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/verify/policyfile"
)

// artifactsByDefaultFlag is the setting of the whole service; the others are flags of the options about artifacts.
const (
	artifactsByDefaultFlag = "artifacts-by-default"

	artifactsFlag         = "artifacts"
	artifactsFromFlag     = "artifacts-from"
	artifactsRequiredFlag = "artifacts-required"
	artifactsEveryFlag    = "artifacts-every"
)

// optionFlags are the flags of put that say what of an image is mirrored.
type optionFlags struct {
	platforms, artifacts []string
	from                 string
	required             bool
	verify               string // canonical
	every                time.Duration
}

// add adds the flags.
func (o *optionFlags) add(flags *pflag.FlagSet) {
	flags.StringSliceVar(&o.platforms, entry.MemberPlatforms, nil,
		"`OS/ARCH[/VARIANT][:OSVERSION],...` that are mirrored of an index; all without it")
	flags.StringSliceVar(&o.artifacts, artifactsFlag, nil,
		"`WHICH` of what belongs to an image comes with it: all, none, signatures, or types; the service's without it")
	flags.StringVar(&o.from, artifactsFromFlag, "", "`REPOSITORY` that has the artifacts; the image's own without it")
	flags.BoolVar(&o.required, artifactsRequiredFlag, false,
		"move no tag without an artifact, nor without one of those that were found")
	flags.Var((*verifyFlag)(&o.verify), entry.MemberVerify,
		"`WHO` must have signed an image before its tag moves, as an entry has it; the service's without it")
	flags.Var((*ageFlag)(&o.every), artifactsEveryFlag,
		"`TIME` after which it is looked again for artifacts that came later: 12h, 7d; a day without it")
}

// apply gives an entry the options.
func (o *optionFlags) apply(e *entry.Entry) (err error) {
	options := entry.ImageOptions{
		ArtifactsFrom: o.from, ArtifactsRequired: o.required, Verify: o.verify, ArtifactsEvery: o.every,
	}
	if o.platforms != nil { // be it empty, as of a variable that is not set
		if options.Platforms, err = entry.ParsePlatforms(o.platforms...); err != nil {
			return fmt.Errorf("--%s: %w", entry.MemberPlatforms, err)
		}
	}
	if o.artifacts != nil {
		if options.Artifacts, err = entry.ParseArtifacts(o.artifacts...); err != nil {
			return fmt.Errorf("--%s: %w", artifactsFlag, err)
		}
	}
	e.ImageOptions = options.Over(entry.ImageOptions{})
	return nil
}

// verifyFlag is the canonical text of a policy, which is written as in a file of entries.
type verifyFlag string

// Set implements [pflag.Value].
func (f *verifyFlag) Set(text string) error {
	p, err := policyfile.Parse([]byte(text))
	*f = verifyFlag(p.String())
	return err
}

// String implements [pflag.Value]; it is empty as long as the flag is not given.
func (f *verifyFlag) String() string { return string(*f) }

// Type implements [pflag.Value].
func (*verifyFlag) Type() string { return "policy" }
