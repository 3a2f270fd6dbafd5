// Command controller finds the images whose destinations differ from their source,
// and submits mirror jobs for them to AWS Batch.
package main

import (
	"context"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"ecrmirror/internal/memlimit"
	"ecrmirror/internal/program"
)

func main() {
	limitMemory(os.Getenv)
	if api := os.Getenv(lambdaAPI); api != "" {
		os.Exit(runFunction(context.Background(), api, os.Stderr, withEnvironment(func(getenv func(string) string) *cobra.Command {
			return newFunction(getenv, os.Stdout, os.Stderr)
		})))
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

// memoryLimit is from how many bytes on the Go runtime collects garbage all the time. A sweep needs
// less than half of it at any moment, and leaves the rest as garbage. gcPercent has it collected when there is half as
// much garbage as what is needed, where strangers make that more, or the limit is another one: time is spent on
// waiting for registries, and not on this.
const (
	memoryLimit = 80 << 20
	gcPercent   = 50
)

// limitMemory has garbage collected before memory grows beyond that, or beyond what the container has,
// unless the user has set a limit of their own.
func limitMemory(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if getenv("GOMEMLIMIT") != "" {
		return
	}
	limit := int64(memoryLimit)
	if container := memlimit.Container(getenv); container > 0 {
		limit = min(limit, memlimit.Share(container))
	}
	debug.SetMemoryLimit(limit)
}
