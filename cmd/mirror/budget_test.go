package main

import (
	"errors"
	"os"
	"testing"

	"github.com/spf13/pflag"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/memlimit"
)

func TestTheFlagWinsOverTheEnvironment(t *testing.T) {
	for _, c := range []struct {
		name, env string
		args      []string
		want      int64
	}{
		{"neither", "", nil, budgetFor(memlimit.Container(os.Getenv))},
		{"environment", "16MiB", nil, 16 << 20},
		{"flag", "", []string{"--memory-budget", "32MiB"}, 32 << 20},
		{"both", "16MiB", []string{"--memory-budget=32MiB"}, 32 << 20},
		{"flag, wrong environment", "many", []string{"--memory-budget=32MiB"}, 32 << 20},
	} {
		var got config
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		got.addFlags(flags, func(name string) string {
			return map[string]string{contract.EnvMemoryBudget: c.env}[name] // and no Lambda function
		})
		if err := errors.Join(flags.Parse(c.args), got.parseBudget(flags)); err != nil || got.budget.Value() != c.want {
			t.Errorf("%s: %d, %v, want %d", c.name, got.budget.Value(), err, c.want)
		}
	}
}

func TestBudgetFitsTheContainer(t *testing.T) {
	for container, want := range map[int64]int64{0: 64 << 20, 4 << 30: 64 << 20, 128 << 20: 64 << 20, 100 << 20: 36 << 20, 64 << 20: 8 << 20} {
		if got := budgetFor(container); got != want {
			t.Errorf("in a container of %d bytes: %d, want %d", container, got, want)
		}
	}
}
