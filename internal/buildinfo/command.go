package buildinfo

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

// Command returns the command that prints what a program was built from.
func Command(program string) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version, the commit, and the modules that the program was built from",
		Example: "  " + program + " version\n  " + program + " version -o json | jq -r .commit",
		Args:    cobra.NoArgs,
		PreRunE: func(*cobra.Command, []string) error {
			if output != "text" && output != "json" {
				return fmt.Errorf("invalid value %q of --output: %w", output, errOutput)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output == "json" {
				encoder := json.NewEncoder(cmd.OutOrStdout())
				encoder.SetIndent("", "  ")
				return encoder.Encode(Read())
			}
			return Read().WriteText(cmd.OutOrStdout(), program)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "text", "what to print: text or json")
	return cmd
}

var errOutput = errors.New("must be text or json")
