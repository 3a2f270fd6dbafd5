package main

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ecrmirror/internal/cli"
	"ecrmirror/internal/contract"
	"ecrmirror/internal/lambdafunction"
)

// newFunction returns the program as a Lambda function, which runs until its context ends.
// It has the flags and the environment that all commands share.
func newFunction(getenv func(string) string, stdout, stderr io.Writer) *cobra.Command {
	c := &config{}
	cmd := &cobra.Command{
		Use: "controller",
		Args: func(cmd *cobra.Command, args []string) error {
			if slices.Equal(args, contract.ImageCommand()) {
				return nil
			}
			return cli.NoArguments(cmd, args)
		},
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if level := strings.ToUpper(getenv("AWS_LAMBDA_LOG_LEVEL")); level == "DEBUG" || level == "TRACE" {
				c.verbose = true
			}
			if err := c.checkJobs(); err != nil {
				return err
			}
			cfg, err := c.openAWS(cmd.Context())
			if err != nil {
				return err
			}
			f := &lambdafunction.Function{Dispatch: c.dispatcher(cfg, stdout).Dispatch, Log: c.newLog(stderr)}
			f.Serve(cmd.Context())
			return nil
		},
	}
	c.addFlags(cmd.Flags(), getenv)
	return cmd
}
