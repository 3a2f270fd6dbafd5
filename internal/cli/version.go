package cli

import (
	"github.com/spf13/cobra"

	"ecrmirror/internal/buildinfo"
	"ecrmirror/internal/output"
)

// newVersion returns the command that prints what a program was built from.
func newVersion(name string) *cobra.Command {
	var format *Format
	cmd := &cobra.Command{
		Use:               "version",
		Short:             "Print the version, the commit, and the modules that the program was built from",
		Example:           "  " + name + " version\n  " + name + " version -o json | jq -r .commit",
		Args:              NoArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format.JSON() {
				return printed(output.JSON(cmd.OutOrStdout(), buildinfo.Read()))
			}
			return printed(buildinfo.Read().WriteText(cmd.OutOrStdout(), name))
		},
	}
	format = AddOutput(cmd.Flags())
	return cmd
}
