package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/pflag"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/chunked"
	"ecrmirror/internal/contract"
	"ecrmirror/internal/flagvalue"
	"ecrmirror/internal/gate"
	"ecrmirror/internal/memlimit"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/progress"
	"ecrmirror/internal/settings"
	"ecrmirror/internal/signature"
)

const memoryBudgetFlag = "memory-budget"

// copying is what the command line and the environment say of how images are copied, for one command or another.
type copying struct {
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
	artifacts  settings.Artifacts
	// artifactFilter is what comes with an image of what belongs to it, where nothing else says so.
	artifactFilter artifacts.Filter
	verify         settings.Verify
	verifyPolicy   string // who must have signed what nothing else is said of; "" = nobody
	receipts       settings.Receipts
	receiptKey     string              // "" = no receipts are wanted
	getenv         func(string) string // for colors, and for where policies are
}

func (c *copying) addFlags(flags *pflag.FlagSet, getenv func(string) string) {
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
	c.artifacts.Add(flags, artifactsFlag, getenv)
	c.receipts.Add(flags, getenv)
	c.verify.Add(flags, getenv)
	c.getenv = getenv
	c.envPolicy = getenv(contract.EnvSignaturePolicy)
	flags.StringVar(&c.policy, "policy", "",
		"`FILE` with the signature policy, as in containers-policy.json(5) (env "+contract.EnvSignaturePolicy+
			", which may hold the policy itself); default: the policy of podman and skopeo")
}

// check returns what is wrong with the flags. It reads the policy.
func (c *copying) check(flags *pflag.FlagSet) (err error) {
	if err := errors.Join(c.parseBudget(flags), c.registries.CheckPutImageRate()); err != nil {
		return err
	}
	if c.artifactFilter, err = c.artifacts.Filter(); err != nil {
		return err
	}
	if c.verifyPolicy, err = c.verify.Policy(); err != nil {
		return err
	}
	if c.receiptKey, err = c.receipts.Key(); err != nil {
		return err
	}
	if c.gate.Lists, err = c.allowed.Lists(); err != nil {
		return err
	}
	c.gate.Policy, err = signature.Load(cmp.Or(c.policy, c.envPolicy), c.getenv)
	return err
}

// parseBudget takes the budget from the environment unless a flag has set it.
func (c *copying) parseBudget(flags *pflag.FlagSet) error {
	if c.envBudget == "" || flags.Changed(memoryBudgetFlag) {
		return nil
	}
	if err := c.budget.Set(c.envBudget); err != nil {
		return fmt.Errorf("invalid value %q of %s: %w", c.envBudget, contract.EnvMemoryBudget, err)
	}
	return nil
}

// progressMode returns how to tell how it goes. Lines of the log would tear bars apart.
func (c *copying) progressMode() progress.Mode {
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
func (c *copying) leastRate() chunked.LeastRate {
	return chunked.LeastRate{BytesPerSecond: c.minRate.BytesPerSecond, Over: c.minRate.Over}
}

// log returns the log of each step, in the form of what else is written beside it.
func (c *copying) log(stderr io.Writer) *slog.Logger {
	if !c.verbose {
		return slog.New(slog.DiscardHandler)
	}
	return c.logFrom(slog.LevelDebug, stderr)
}

// warnings returns the log of what is to be seen without --verbose, too.
func (c *copying) warnings(stderr io.Writer) *slog.Logger {
	if c.verbose {
		return c.logFrom(slog.LevelDebug, stderr)
	}
	return c.logFrom(slog.LevelWarn, stderr)
}

func (c *copying) logFrom(level slog.Level, stderr io.Writer) *slog.Logger {
	if c.progressMode() == progress.JSON {
		return printable.JSONLog(stderr, level)
	}
	return printable.TextLog(stderr, level)
}
