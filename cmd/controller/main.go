// Command controller finds the images whose destinations differ from their source,
// and submits mirror jobs for them to AWS Batch.
package main

import (
	"context"
	"os"

	"ecrmirror/internal/program"
)

func main() {
	os.Exit(program.Run(context.Background(), "controller", os.Stderr, newCommand(os.Getenv).ExecuteContext))
}
