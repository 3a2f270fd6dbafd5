package cli

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"ecrmirror/internal/buildinfo"
)

// newVersion returns the command that prints what a program was built from.
func newVersion(name string) *cobra.Command {
	output := OneOf("FORMAT", "text", "json")
	cmd := &cobra.Command{
		Use:               "version",
		Short:             "Print the version, the commit, and the modules that the program was built from",
		Example:           "  " + name + " version\n  " + name + " version -o json | jq -r .commit",
		Args:              NoArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output.String() == "json" {
				encoder := json.NewEncoder(cmd.OutOrStdout())
				encoder.SetIndent("", "  ")
				return printed(encoder.Encode(buildinfo.Read()))
			}
			return printed(buildinfo.Read().WriteText(cmd.OutOrStdout(), name))
		},
	}
	cmd.Flags().VarP(&output, "output", "o", "what to print: text or json")
	return cmd
}
