package main

import (
	"errors"
	"os"
	"testing"

	"github.com/spf13/pflag"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/memlimit"
)

func TestMemorySize(t *testing.T) {
	for s, want := range map[string]int64{
		"8MiB": 8 << 20, "8388608": 8 << 20, "8388608B": 8 << 20, "64M": 64 << 20, "64m": 64 << 20, "64MB": 64 << 20,
		"64Mi": 64 << 20, "64mib": 64 << 20, "16384KiB": 16 << 20, "1.5GiB": 3 << 29, "64G": 64 << 30, "0.01T": 10995116277,
		"": 0, "0": 0, "-1": 0, "-64MiB": 0, "+64MiB": 0, "8388607": 0, "7.99MiB": 0, "65GiB": 0, "1P": 0, "64Z": 0, "64 MiB": 0,
		" 64MiB": 0, "64MiB ": 0, "64MiBB": 0, "64iB": 0, "1e9": 0, "0x4000000": 0, "1_000_000_000": 0, ".5GiB": 0, "64.MiB": 0,
		"1,5GiB": 0, "999999999999999T": 0, "9999999999999999999": 0, "NaN": 0, "inf": 0, "64MiB;": 0, "MiB": 0, "50%": 0, "６４MiB": 0,
	} {
		m := memorySize(1)
		err := m.Set(s)
		if want == 0 {
			if err == nil || m != 1 {
				t.Errorf("%q: %d, %v, want an error", s, m, err)
			}
			continue
		}
		if err != nil || int64(m) != want {
			t.Errorf("%q: %d, %v, want %d", s, m, err, want)
		}
	}
}

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
		if err := errors.Join(flags.Parse(c.args), got.parseBudget(flags)); err != nil || got.budget != c.want {
			t.Errorf("%s: %d, %v, want %d", c.name, got.budget, err, c.want)
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
