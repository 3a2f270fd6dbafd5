package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"ecrmirror/internal/contract"
)

const (
	memoryBudgetFlag = "memory-budget"

	defaultBudget = 64 << 20
	minBudget     = 8 << 20
	maxBudget     = 64 << 30

	// besideAll is what the whole process takes at most beside the budget.
	besideAll = 64 << 20
)

// budgetFor returns the budget, in bytes, unless the user says one, in a container of so
// many bytes of memory, 0 if that is not known.
func budgetFor(container int64) int64 {
	if container == 0 {
		return defaultBudget
	}
	return min(max(container-besideAll, minBudget), defaultBudget)
}

// parseBudget takes the budget from the environment unless a flag has set it.
func (c *config) parseBudget(flags *pflag.FlagSet) error {
	if c.envBudget == "" || flags.Changed(memoryBudgetFlag) {
		return nil
	}
	if err := c.budget.Set(c.envBudget); err != nil {
		return fmt.Errorf("invalid value %q of %s: %w", c.envBudget, contract.EnvMemoryBudget, err)
	}
	return nil
}
