package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// complete has a shell complete the values of all flags of a command that have a few; several of them, separated by
// commas, where the flag takes several. Only a FILE is completed by the names of files.
func complete(cmd *cobra.Command, flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if _, there := cmd.GetFlagCompletionFunc(f.Name); there {
			return
		}
		kind, _ := pflag.UnquoteUsage(f)
		values, few := f.Value.(interface{ Values() []string })
		switch {
		case few:
			// it fails only for a flag that is not there
			_ = cmd.RegisterFlagCompletionFunc(f.Name, oneOf(values.Values()))
		case kind != "FILE":
			_ = cmd.RegisterFlagCompletionFunc(f.Name, cobra.NoFileCompletions)
		}
	})
}

func oneOf(values []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		before := typed[:strings.LastIndexByte(typed, ',')+1]
		given := strings.Split(before, ",")
		list := make([]string, 0, len(values))
		for _, value := range values {
			if !slices.Contains(given, value) {
				list = append(list, before+value)
			}
		}
		return list, cobra.ShellCompDirectiveNoFileComp
	}
}
