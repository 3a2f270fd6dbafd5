package main

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/spf13/cobra"

	"ecrmirror/internal/inventory"
	"ecrmirror/internal/program"
	"ecrmirror/internal/table"
)

// openTable returns the table of entries, for commands that need nothing but it.
func (c *config) openTable(ctx context.Context) (*table.Table, error) {
	if err := c.checkTable(); err != nil {
		return nil, err
	}
	cfg, err := program.NeedAWS(ctx)
	if err != nil {
		return nil, err
	}
	return table.New(dynamodb.NewFromConfig(cfg), c.table), nil
}

// inventory reads the table, without the status of its entries.
func (c *config) inventory(ctx context.Context, now time.Time) (inventory.Inventory, error) {
	t, err := c.openTable(ctx)
	if err != nil {
		return inventory.Inventory{}, err
	}
	inv, err := inventory.Read(inventory.WithoutStatus(t.All(ctx, now)))
	if err != nil {
		return inv, program.Fail(err)
	}
	return inv, nil
}

// completionTime is how long a shell waits for the table when the tab key is hit.
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
		inv, _ := c.inventory(ctx, time.Now()) // an error would tear the command line apart
		return inv.Completions(typed, args), cobra.ShellCompDirectiveNoFileComp
	}
}
