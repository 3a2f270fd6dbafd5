package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ecrmirror/internal/program"
)

// completionTime is how long somebody who has hit the tab key waits for the table.
const completionTime = 3 * time.Second

// completeSources has a shell complete the sources in the table: as many arguments as given at most, 0 for
// any number, each source once.
func (c *config) completeSources(limit int) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if limit > 0 && len(args) >= limit {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
		defer cancel()
		var found []string
		for _, source := range c.sources(ctx) {
			// What a shell would have to quote is no name of an image.
			if strings.HasPrefix(source, typed) && !slices.Contains(args, source) && program.OneLine(source) == source {
				found = append(found, source)
			}
		}
		return found, cobra.ShellCompDirectiveNoFileComp
	}
}

// sources returns those in the table, none where it can't be read: errors would tear the command line apart.
func (c *config) sources(ctx context.Context) []string {
	t, err := c.openTable(ctx)
	if err != nil {
		return nil
	}
	entries, bad, err := readTable(withoutStatus(t.All(ctx, time.Now())))
	if err != nil {
		return nil
	}
	return keys(entries, bad)
}
