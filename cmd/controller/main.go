// Command controller finds the images whose destinations differ from their source,
// and submits mirror jobs for them to AWS Batch.
package main

import (
	"context"
	"os"
	"runtime/debug"

	"ecrmirror/internal/memlimit"
	"ecrmirror/internal/program"
)

func main() {
	limitMemory(os.Getenv)
	if api := os.Getenv(lambdaAPI); api != "" {
		os.Exit(runFunction(context.Background(), api, newFunction(os.Getenv, os.Stdout, os.Stderr), os.Stderr))
	}
	os.Exit(program.Run(context.Background(), "controller", os.Stderr, newCommand(os.Getenv).ExecuteContext))
}

// limitMemory has garbage collected before memory grows beyond what the container has,
// unless the user has set a limit of their own.
func limitMemory(getenv func(string) string) {
	if container := memlimit.Container(getenv); container > 0 && getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memlimit.Share(container))
	}
}
