package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

// NoArguments is the Args of a command that takes none.
func NoArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("%s takes no arguments, and %q is one (%s -h explains)", cmd.Name(), args[0], cmd.CommandPath())
}
