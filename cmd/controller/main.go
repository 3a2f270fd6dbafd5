// Command controller finds the images whose destinations differ from their source,
// and submits mirror jobs for them to AWS Batch.
package main

import (
	"context"
	"os"

	"ecrmirror/internal/program"
)

func main() {
	if api := os.Getenv(lambdaAPI); api != "" {
		os.Exit(runFunction(context.Background(), api, newFunction(os.Getenv, os.Stdout, os.Stderr), os.Stderr))
	}
	os.Exit(program.Run(context.Background(), "controller", os.Stderr, newCommand(os.Getenv).ExecuteContext))
}
