// Package cli is what the command lines of both programs have in common: --output, --version, completion, help that
// lists the flags that a command uses, and errors that say what was probably meant.
package cli

import (
	"github.com/spf13/cobra"

	"ecrmirror/internal/buildinfo"
)

// Finish makes a program's root command complete, after all its flags and commands were added: the commands
// version and completion, --version, help, and errors that say what was probably meant. Topics are
// what help explains beside commands.
func Finish(root *cobra.Command, topics map[string]string) *cobra.Command {
	// Printed by cobra's own words: a template brings text/template, and with it every method of every type, 10 MB of
	// them.
	root.Version = buildinfo.Read().Line()
	root.Flags().Bool("version", false, "print the version")
	root.AddCommand(newVersion(root.Name()), newCompletion(root.Name()))
	root.SetHelpCommand(newHelp(topics))
	// Nothing can be done about an output that is closed.
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { _ = help(cmd) })
	root.SetFlagErrorFunc(explainFlag)
	complete(root, root.PersistentFlags())
	for _, cmd := range append(root.Commands(), root) {
		cmd.DisableFlagsInUseLine = true
		complete(cmd, cmd.LocalNonPersistentFlags())
	}
	return root
}
