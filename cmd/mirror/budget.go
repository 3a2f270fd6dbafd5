package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/docker/go-units"
	"github.com/spf13/pflag"

	"ecrmirror/internal/contract"
)

const (
	memoryBudgetFlag = "memory-budget"

	defaultBudget = 64 << 20
	minBudget     = 8 << 20
	maxBudget     = 64 << 30
	budgetBounds  = "8MiB to 64GiB"

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

// memorySize is the value of --memory-budget, in bytes.
type memorySize int64

func (m *memorySize) String() string { return units.BytesSize(float64(*m)) }

func (m *memorySize) Type() string { return "SIZE" }

// sizePattern is stricter than go-units, which takes exponents and blanks.
var sizePattern = regexp.MustCompile(`^[0-9]{1,15}(\.[0-9]{1,9})?([KMGTkmgt]?[Bb]?|[KMGTkmgt]i[Bb]?)$`)

func (m *memorySize) Set(s string) error {
	if !sizePattern.MatchString(s) {
		return errors.New("must be a number of bytes, or one like 64MiB")
	}
	n, err := bytesIn(s)
	if err != nil {
		return err
	}
	if n < minBudget || n > maxBudget {
		return errors.New("must be " + budgetBounds)
	}
	*m = memorySize(n)
	return nil
}

// bytesIn reads a size that a pattern has let pass.
func bytesIn(size string) (int64, error) {
	if strings.HasSuffix(size, "i") {
		size += "B" // Ki, Mi, ... as Kubernetes has them
	}
	return units.RAMInBytes(size)
}

// parseBudget takes the budget from the environment unless a flag has set it.
func (c *config) parseBudget(flags *pflag.FlagSet) error {
	if c.envBudget == "" || flags.Changed(memoryBudgetFlag) {
		return nil
	}
	if err := (*memorySize)(&c.budget).Set(c.envBudget); err != nil {
		return fmt.Errorf("invalid value %q of %s: %w", c.envBudget, contract.EnvMemoryBudget, err)
	}
	return nil
}
