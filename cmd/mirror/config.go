package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/contract"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/request"
)

// config is what the command line and the environment ask for.
type config struct {
	copying
	request       request.Request
	options       string   // JSON: how the request differs from a plain copy
	platforms     []string // of --platforms
	artifactFlags artifactFlags
	format        *cli.Format
	ledger        string          // name of the ledger's table, "" for none
	aws           aws.Config      // once registries are open
	puts          mirror.Receipts // puts receipts; nil where none are wanted
}

func (c *config) addFlags(flags *pflag.FlagSet, getenv func(string) string) {
	c.format = cli.AddOutput(flags)
	flags.StringVar(&c.options, contract.ParamOptions, contract.DefaultOptions,
		"`JSON` with how the request differs from a plain copy, as a job gets it; members: artifacts, "+
			"artifactsFrom, artifactsRequired, kind (copy, artifacts), platforms, verify, version (1)")
	addPlatforms(flags, &c.platforms, "of an index copy these platforms alone (default all)")
	c.copying.addFlags(flags, getenv)
	c.artifactFlags.add(flags)
	c.addLedger(flags)
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
	err := c.check(cmd.Flags())
	if err != nil {
		return err
	}
	if c.request, err = request.Parse(args[0], args[1:]...); err != nil {
		return err
	}
	return c.parseOptions(cmd.Flags())
}

// parseOptions parses the request's options. This program carries out copies, of images and of artifacts.
func (c *config) parseOptions(flags *pflag.FlagSet) (err error) {
	if c.request.Options, err = request.ParseOptions(c.options); err != nil {
		return fmt.Errorf("--%s: %w", contract.ParamOptions, err)
	}
	if kind := c.request.Options.Kind; kind != request.Copy && kind != request.Artifacts {
		return fmt.Errorf("--%s: kind %q is not one that this mirror carries out, which are %q and %q",
			contract.ParamOptions, kind, request.Copy, request.Artifacts)
	}
	if err := c.parseArtifacts(&c.request.Options); err != nil {
		return err
	}
	return c.parsePlatforms(flags, &c.request.Options)
}

// verbs are what other tools begin such a command line with: skopeo copy, crane cp, docker pull.
var verbs = []string{"copy", "cp", "pull", "push", "mirror"}

// checkVerb refuses a command line that begins with a verb, which would be taken for an image of Docker Hub's.
func checkVerb(args []string) error {
	if len(args) < 3 || !slices.Contains(verbs, args[0]) {
		return nil
	}
	return fmt.Errorf("there is no command %s: mirror SRC DEST[,DEST...] (the image is docker.io/library/%[1]s)",
		args[0])
}
