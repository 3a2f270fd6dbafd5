package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/platforms"
	"ecrmirror/internal/request"
)

const platformsFlag = "platforms"

// addPlatforms adds a flag for platforms, which does what the text says.
func addPlatforms(flags *pflag.FlagSet, into *[]string, does string) {
	flags.StringSliceVar(into, platformsFlag, nil, "`OS/ARCH[/VARIANT][:OSVERSION],...`: "+does)
}

// filterOf returns what the flag says; the zero Filter where it is not given.
func filterOf(flags *pflag.FlagSet, texts []string) (platforms.Filter, error) {
	if !flags.Changed(platformsFlag) {
		return platforms.Filter{}, nil
	}
	filter, err := platforms.Parse(texts...)
	if err != nil {
		return platforms.Filter{}, fmt.Errorf("--%s: %w", platformsFlag, err)
	}
	return filter, nil
}

// parsePlatforms has the options ask for the platforms of the flag. Where both say some, these are the same.
func (c *config) parsePlatforms(flags *pflag.FlagSet, options *request.Options) error {
	filter, err := filterOf(flags, c.platforms)
	switch {
	case err != nil:
		return err
	case filter.IsZero():
	case options.Platforms != "" && options.Platforms != filter.String():
		return fmt.Errorf("--%s says %s, and --%s %s", platformsFlag, filter, contract.ParamOptions, options.Platforms)
	default:
		options.Platforms = filter.String()
	}
	return nil
}
