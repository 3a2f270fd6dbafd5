// Command controller finds the images whose destinations differ from their source,
// and submits mirror jobs for them to AWS Batch.
package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"ecrmirror/internal/lambdafunction"
	"ecrmirror/internal/memlimit"
	"ecrmirror/internal/program"
)

func main() {
	memlimit.ForSweep(os.Getenv)
	if api := os.Getenv(lambdafunction.EnvAPI); api != "" {
		function := func(getenv func(string) string) *cobra.Command { return newFunction(getenv, os.Stdout, os.Stderr) }
		os.Exit(lambdafunction.Run(context.Background(), "controller", api, os.Stderr, withEnvironment(function)))
	}
	os.Exit(program.Run(context.Background(), "controller", os.Stderr, withEnvironment(newCommand)))
}

// withEnvironment returns the running of a command that is made when the whole environment is known, with what
// stands in SSM.
func withEnvironment(command func(getenv func(string) string) *cobra.Command) func(context.Context) error {
	return func(ctx context.Context) error {
		getenv, err := program.Environment(ctx, os.Getenv)
		if err != nil {
			return err
		}
		return command(getenv).ExecuteContext(ctx)
	}
}
