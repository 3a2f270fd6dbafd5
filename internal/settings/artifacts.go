package settings

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/contract"
)

// Artifacts says what comes with an image beside its manifests, where nothing else says so for the image.
type Artifacts struct {
	name  string // of the flag
	texts []string
	env   string
	flags *pflag.FlagSet
}

// Add adds the flag, by that name.
func (a *Artifacts) Add(flags *pflag.FlagSet, name string, getenv func(string) string) {
	a.flags, a.name, a.env = flags, name, getenv(contract.EnvArtifacts)
	flags.StringSliceVar(&a.texts, name, []string{"all"},
		"`WHICH` of what belongs to an image comes with it: all, none, signatures, or types of artifacts, "+
			"comma-separated (env "+contract.EnvArtifacts+")")
}

// Given reports whether the flag is there.
func (a *Artifacts) Given() bool { return a.flags.Changed(a.name) }

// Filter returns what the flag says, or else the environment.
func (a *Artifacts) Filter() (artifacts.Filter, error) {
	if a.env != "" && !a.Given() {
		filter, err := artifacts.Parse(strings.Split(a.env, ",")...)
		if err != nil {
			return artifacts.Filter{}, fmt.Errorf("%s: %w", contract.EnvArtifacts, err)
		}
		return filter, nil
	}
	filter, err := artifacts.Parse(a.texts...)
	if err != nil {
		return artifacts.Filter{}, fmt.Errorf("--%s: %w", a.name, err)
	}
	return filter, nil
}
