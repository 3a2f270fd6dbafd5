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
		{"neither", "", nil, memlimit.Budget(memlimit.Container(os.Getenv))},
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
