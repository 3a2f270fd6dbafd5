package cli

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ecrmirror/internal/tty"
)

// uses is the annotation of a command that names the flags of its parent that it takes notice of.
const uses = "uses"

// Uses says which flags of the parent a command takes notice of. Its help lists them beside its own;
// the others are taken without effect.
func Uses(cmd *cobra.Command, flags ...string) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[uses] = strings.Join(flags, " ")
	return cmd
}

// help writes what a command does, and how it is used.
func help(cmd *cobra.Command) error {
	w := cmd.OutOrStdout()
	width, _ := tty.Size(w) // 0 for programs that read it, which get whole lines
	width = min(width, maxColumns)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", wrap(cmp.Or(cmd.Long, cmd.Short), width))
	usage(&b, cmd, width)
	_, err := io.WriteString(w, b.String())
	return err
}

// usage writes how a command is used.
func usage(b *strings.Builder, cmd *cobra.Command, width int) {
	b.WriteString("Usage:\n")
	if cmd.Runnable() {
		fmt.Fprintf(b, "  %s\n", cmd.UseLine())
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(b, "  %s COMMAND\n", cmd.CommandPath())
	}
	if cmd.HasExample() {
		fmt.Fprintf(b, "\nExamples:\n%s\n", cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		b.WriteString("\nCommands:\n")
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() || c.Name() == "help" {
				b.WriteString(hanging(fmt.Sprintf("  %-*s  ", cmd.NamePadding(), c.Name()), c.Short, width))
			}
		}
	}
	fmt.Fprintf(b, "\nFlags:\n%s", flagLines(ownFlags(cmd).FlagUsages(), width))
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(b, "\n%s COMMAND -h explains a command, and lists its flags.\n", cmd.CommandPath())
	}
}

// ownFlags returns the flags that a command takes notice of.
func ownFlags(cmd *cobra.Command) *pflag.FlagSet {
	own := pflag.NewFlagSet(cmd.Name(), pflag.ContinueOnError)
	own.AddFlagSet(cmd.LocalFlags())
	for _, name := range strings.Fields(cmd.Annotations[uses]) {
		if f := cmd.InheritedFlags().Lookup(name); f != nil {
			own.AddFlag(f)
		}
	}
	return own
}

// maxColumns is how wide lines of help become: longer ones are hard to read.
const maxColumns = 120
