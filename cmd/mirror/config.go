package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/cli"
	"ecrmirror/internal/contract"
	"ecrmirror/internal/flagvalue"
	"ecrmirror/internal/gate"
	"ecrmirror/internal/memlimit"
	"ecrmirror/internal/progress"
	"ecrmirror/internal/request"
	"ecrmirror/internal/settings"
	"ecrmirror/internal/signature"
)

const memoryBudgetFlag = "memory-budget"

// config is what the command line and the environment ask for.
type config struct {
	request request.Request
	options string // JSON: how the request differs from a plain copy

	format     *cli.Format
	progress   flagvalue.Choice // how to tell how it goes
	quiet      bool             // no progress, whatever the mode
	verbose    bool
	budget     flagvalue.Size // bytes of memory for what is on its way
	envBudget  string         // what the environment says of it
	minRate    flagvalue.Rate
	readOnce   bool
	container  int64 // bytes of memory of the container, 0 if it is not known
	registries settings.Registries
	allowed    settings.Allowed
	policy     string // file of the signature policy
	envPolicy  string // what the environment says of it: a file, or the policy itself
	gate       gate.Gate
	ledger     string              // name of the ledger's table, "" for none
	getenv     func(string) string // for colors, and for where policies are
}

func (c *config) addFlags(flags *pflag.FlagSet, getenv func(string) string) {
	c.format = cli.AddOutput(flags)
	flags.StringVar(&c.options, contract.ParamOptions, contract.DefaultOptions,
		"`JSON` with how the request differs from a plain copy, as a job gets it; members: kind (copy), version (1)")
	c.progress = flagvalue.OneOf("MODE", progress.Modes()...)
	flags.Var(&c.progress, "progress", "form of the progress on standard error: auto, plain, json or none")
	flags.BoolVarP(&c.quiet, "quiet", "q", false, "the same as --progress=none")
	flags.BoolVarP(&c.verbose, "verbose", "v", false, "log each step to standard error")
	c.container = memlimit.Container(getenv)
	c.budget = flagvalue.NewSize(memlimit.Budget(c.container), memlimit.LeastBudget, memlimit.MostBudget)
	c.envBudget = getenv(contract.EnvMemoryBudget)
	flags.Var(&c.budget, memoryBudgetFlag,
		"memory for bytes between source and destinations, "+c.budget.Bounds()+" (env "+contract.EnvMemoryBudget+")")
	least := chunked.LeastRate{}.WithDefaults()
	c.minRate = flagvalue.NewRate(least.BytesPerSecond, least.Over)
	flags.Var(&c.minRate, "min-rate",
		"bytes a second that a source must deliver, and a destination take, while the copy waits for it, "+
			"over a time from 1s to 24h; 0 is any rate")
	flags.BoolVar(&c.readOnce, "read-once", false,
		"read the source once, though faster destinations wait for the slowest")
	c.registries.Add(flags, getenv)
	c.registries.AddCreation(flags, getenv)
	c.registries.AddPutImageRate(flags, getenv)
	c.allowed.Add(flags, getenv)
	c.addLedger(flags)
	c.getenv = getenv
	c.envPolicy = getenv(contract.EnvSignaturePolicy)
	flags.StringVar(&c.policy, "policy", "",
		"`FILE` with the signature policy, as in containers-policy.json(5) (env "+contract.EnvSignaturePolicy+
			", which may hold the policy itself); default: the policy of podman and skopeo")
}

// parseArgs parses the image names. It is the command's Args function, so that a
// wrong name is a usage error, and is found before anything is done.
func (c *config) parseArgs(cmd *cobra.Command, args []string) error {
	if len(args) < 2 {
		hint := " (mirror -h explains)"
		if len(args) > 0 {
			hint = cmp.Or(cli.DidYouMean(cmd, args[0]), hint)
		}
		return errors.New("need a source and at least one destination: mirror SRC DEST[,DEST...]" + hint)
	}
	if err := checkVerb(args); err != nil {
		return err
	}
	c.ledger = c.ledgerName(cmd.Flags())
	if err := errors.Join(c.parseBudget(cmd.Flags()), c.registries.CheckPutImageRate()); err != nil {
		return err
	}
	var err error
	if c.gate.Lists, err = c.allowed.Lists(); err != nil {
		return err
	}
	if c.gate.Policy, err = signature.Load(cmp.Or(c.policy, c.envPolicy), c.getenv); err != nil {
		return err
	}
	if c.request, err = request.Parse(args[0], args[1:]...); err != nil {
		return err
	}
	return c.parseOptions()
}

// parseOptions parses the request's options. This program carries out copies alone.
func (c *config) parseOptions() (err error) {
	if c.request.Options, err = request.ParseOptions(c.options); err != nil {
		return fmt.Errorf("--%s: %w", contract.ParamOptions, err)
	}
	if kind := c.request.Options.Kind; kind != request.Copy {
		return fmt.Errorf("--%s: kind %q is not one that this mirror carries out, which is %q", contract.ParamOptions,
			kind, request.Copy)
	}
	return nil
}

// verbs are what other tools begin such a command line with: skopeo copy, crane cp, docker pull.
var verbs = []string{"copy", "cp", "sync", "pull", "push", "mirror"}

// checkVerb refuses a command line that begins with a verb, which would be taken for an image of Docker Hub's.
func checkVerb(args []string) error {
	if len(args) < 3 || !slices.Contains(verbs, args[0]) {
		return nil
	}
	return fmt.Errorf("there is no command %s: mirror SRC DEST[,DEST...] (the image is docker.io/library/%[1]s)",
		args[0])
}

// parseBudget takes the budget from the environment unless a flag has set it.
func (c *config) parseBudget(flags *pflag.FlagSet) error {
	if c.envBudget == "" || flags.Changed(memoryBudgetFlag) {
		return nil
	}
	if err := c.budget.Set(c.envBudget); err != nil {
		return fmt.Errorf("invalid value %q of %s: %w", c.envBudget, contract.EnvMemoryBudget, err)
	}
	return nil
}

// progressMode returns how to tell how it goes. Lines of the log would tear bars apart.
func (c *config) progressMode() progress.Mode {
	mode := progress.Mode(c.progress.String())
	switch {
	case c.quiet:
		return progress.None
	case c.verbose && mode == progress.Auto:
		return progress.Plain
	}
	return mode
}

// leastRate returns what --min-rate says.
func (c *config) leastRate() chunked.LeastRate {
	return chunked.LeastRate{BytesPerSecond: c.minRate.BytesPerSecond, Over: c.minRate.Over}
}
