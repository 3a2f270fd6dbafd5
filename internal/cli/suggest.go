package cli

import (
	"errors"
	"fmt"

	"ecrmirror/internal/flagvalue"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// DidYouMean returns what was probably meant by a command that there is not: ` (did you mean "sweep"?)`,
// or "".
func DidYouMean(cmd *cobra.Command, typed string) string {
	commands := newProbe()
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			commands.add(c.Name())
		}
	}
	return commands.nearest(typed, "")
}

// explainFlag says of a flag that there is not which one was probably meant, or whose it is.
func explainFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	name := unknown.GetSpecifiedName()
	if letters := unknown.GetSpecifiedShortnames(); letters != "" {
		name = letters // -table
	}
	flags := newProbe()
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			flags.add(f.Name)
		}
	})
	if hint := flags.nearest(name, "--"); hint != "" {
		return fmt.Errorf("%w%s", err, hint)
	}
	for _, other := range cmd.Root().Commands() {
		if other != cmd && other.Flags().Lookup(name) != nil {
			return fmt.Errorf("%w (%s has it)", err, other.CommandPath())
		}
	}
	return fmt.Errorf("%w (%s -h lists the flags)", err, cmd.CommandPath())
}

// A probe is a command whose subcommands have the names that may be meant: cobra knows how near two names are.
type probe struct{ cobra.Command }

func newProbe() *probe { return &probe{cobra.Command{SuggestionsMinimumDistance: 2}} }

func (p *probe) add(name string) {
	p.AddCommand(&cobra.Command{Use: name, Run: func(*cobra.Command, []string) {}})
}

func (p *probe) nearest(typed, dashes string) string {
	if typed == "" {
		return ""
	}
	names := p.SuggestionsFor(typed)
	if len(names) == 0 {
		return ""
	}
	for i, name := range names {
		names[i] = `"` + dashes + name + `"`
	}
	return " (did you mean " + flagvalue.List(names) + "?)"
}
