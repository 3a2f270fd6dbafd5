package settings

import (
	"errors"

	"github.com/spf13/pflag"

	"ecrmirror/internal/allow"
	"ecrmirror/internal/contract"
	"ecrmirror/internal/imagename"
)

const (
	allowSourceFlag      = "allow-source"
	allowDestinationFlag = "allow-destination"
)

// Allowed are the settings of what may be read and what may be written.
type Allowed struct {
	sources, destinations patterns
}

// patterns are those of one list, and what the list comes from.
type patterns struct {
	flag, env string
	list      []string
	fromEnv   string
	flags     *pflag.FlagSet
}

// Add adds the flags to a command's. Without them the lists are the environment's.
func (f *Allowed) Add(flags *pflag.FlagSet, getenv func(string) string) {
	f.sources.add(flags, getenv, allowSourceFlag, contract.EnvAllowedSources, "read")
	f.destinations.add(flags, getenv, allowDestinationFlag, contract.EnvAllowedDestinations, "written")
}

func (p *patterns) add(flags *pflag.FlagSet, getenv func(string) string, flag, env, what string) {
	p.flags, p.flag, p.env, p.fromEnv = flags, flag, env, getenv(env)
	flags.StringSliceVar(&p.list, flag, nil,
		"`PATTERN` of images that may be "+what+", like ghcr.io/org/** or ecr:ACCOUNT/team/*; may be repeated; "+
			"other images are refused (env "+env+", comma-separated)")
}

// Lists returns the lists. A pattern that is wrong is an error, and so is a list that was given
// and is empty: taken for no list, it would allow everything.
func (f *Allowed) Lists() (lists allow.Lists, err error) {
	if lists.Sources, err = f.sources.parse(); err != nil {
		return lists, err
	}
	lists.Destinations, err = f.destinations.parse()
	return lists, err
}

func (p *patterns) parse() (allow.List, error) {
	name := "--" + p.flag + ", env " + p.env
	if p.flags == nil { // the command has no such flags
		return allow.List{}, nil
	}
	given, list := p.flags.Changed(p.flag), p.list
	if !given {
		given, list = p.fromEnv != "", imagename.SplitList(p.fromEnv)
	}
	if given && len(list) == 0 {
		return allow.List{}, errors.New(name + ": is empty; * allows all registries")
	}
	return allow.Parse(name, list)
}
