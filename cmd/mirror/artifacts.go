package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/request"
)

const (
	artifactsFlag     = "artifacts"
	artifactsFromFlag = "artifacts-from"
)

// artifactFlags are the flags that say of one request what comes with its images.
type artifactFlags struct {
	from     string
	required bool
}

func (a *artifactFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&a.from, artifactsFromFlag, "",
		"`REPOSITORY` that has what belongs to the images (default: that of the images)")
	flags.BoolVar(&a.required, "artifacts-required", false,
		"move no tag without an artifact, nor without one of those that were found")
}

// parseArtifacts has the options ask for the artifacts of the flags. Where both say which, these are the same.
func (c *config) parseArtifacts(options *request.Options) error {
	if c.artifacts.Given() {
		text := c.artifactFilter.String()
		if options.Artifacts != "" && options.Artifacts != text {
			return fmt.Errorf("--%s says %s, and --%s %s", artifactsFlag, text, contract.ParamOptions, options.Artifacts)
		}
		options.Artifacts = text
	}
	if c.artifactFlags.from != "" {
		from, err := request.ParseRepository(c.artifactFlags.from)
		if err != nil {
			return fmt.Errorf("--%s: %w", artifactsFromFlag, err)
		}
		if options.ArtifactsFrom != "" && options.ArtifactsFrom != from.String() {
			return fmt.Errorf("--%s says %s, and --%s %s", artifactsFromFlag, from, contract.ParamOptions, options.ArtifactsFrom)
		}
		options.ArtifactsFrom = from.String()
	}
	options.ArtifactsRequired = options.ArtifactsRequired || c.artifactFlags.required
	return nil
}
