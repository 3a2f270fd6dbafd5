package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// newHelp is cobra's help command, whose mistakes are errors, with topics beside the commands.
func newHelp(topics map[string]string) *cobra.Command {
	return &cobra.Command{
		Use:                   "help [COMMAND]",
		Short:                 "Explain a command",
		DisableFlagsInUseLine: true,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, c := range cmd.Root().Commands() {
				if len(args) == 0 && c.IsAvailableCommand() && strings.HasPrefix(c.Name(), typed) {
					names = append(names, c.Name())
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("help explains one command: %s help [COMMAND]", cmd.Root().Name())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return help(cmd.Root())
			}
			if text, ok := topics[args[0]]; ok {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), text)
				return err
			}
			for _, c := range cmd.Root().Commands() {
				if c.Name() == args[0] {
					c.InitDefaultHelpFlag()
					return help(c)
				}
			}
			return fmt.Errorf("no command %q to explain%s", args[0], DidYouMean(cmd.Root(), args[0]))
		},
	}
}
