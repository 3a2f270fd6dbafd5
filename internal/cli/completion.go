package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"ecrmirror/internal/flagvalue"

	"github.com/spf13/cobra"
)

// newCompletion is cobra's completion command, with its usage errors as ours.
func newCompletion(name string) *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:       "completion bash|zsh|fish|powershell",
		Short:     "Print the completion of commands, flags and their values for a shell",
		Long:      strings.ReplaceAll(completionLong, "PROGRAM", name),
		Example:   strings.ReplaceAll(completionExample, "PROGRAM", name),
		ValidArgs: shells,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) != 1:
				return errors.New("need one shell: " + flagvalue.List(shells))
			case !slices.Contains(shells, args[0]):
				return fmt.Errorf("no completion for %q, only for %s", args[0], flagvalue.List(shells))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return printed(writeCompletion(cmd.OutOrStdout(), cmd.Root(), args[0]))
		},
	}
}

func writeCompletion(w io.Writer, root *cobra.Command, shell string) error {
	switch shell {
	case "zsh":
		return root.GenZshCompletion(w)
	case "fish":
		return root.GenFishCompletion(w, true)
	case "powershell":
		return root.GenPowerShellCompletionWithDesc(w)
	}
	return root.GenBashCompletionV2(w, true)
}

const completionLong = `Print the completion of PROGRAM's commands, flags and their values for a shell.

bash needs the package bash-completion, and zsh needs compinit.`

const completionExample = `  source <(PROGRAM completion bash)
  PROGRAM completion zsh >"${fpath[1]}/_PROGRAM"
  PROGRAM completion fish >~/.config/fish/completions/PROGRAM.fish`
