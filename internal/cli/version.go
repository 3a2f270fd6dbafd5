package cli

import (
	"io"

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
			return printed(writeVersion(cmd.OutOrStdout(), name, buildinfo.Read()))
		},
	}
	format = AddOutput(cmd.Flags())
	return cmd
}

func writeVersion(w io.Writer, name string, info buildinfo.Info) error {
	for _, line := range []string{
		name + " " + info.Version, "commit " + info.CommitText(), info.Go + " " + info.Platform, "modules:",
	} {
		if err := output.Line(w, "%s", line); err != nil {
			return err
		}
	}
	return output.Grid{Rows: func(row func(cells ...string)) {
		for _, m := range info.Modules {
			row("", m.Path, m.Version)
		}
	}}.Write(w)
}
