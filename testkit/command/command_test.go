package command

import (
	"errors"
	"flag"
	"slices"
	"strings"
	"testing"
)

func TestFlagsAndNothingElse(t *testing.T) {
	for args, want := range map[string]string{
		"": "", "-n 3": "", "-n x": "invalid value", "-m": "not defined", "more": `unknown argument "more"`,
		"-n 3 more": `unknown argument "more"`,
	} {
		var said strings.Builder
		set := flag.NewFlagSet("program", flag.ContinueOnError)
		set.Int("n", 1, "how many")
		err := Parse(set, "usage", strings.Fields(args), &said)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", args, err, want)
		}
	}
}

func TestHelpIsTheUsageAndTheFlags(t *testing.T) {
	var said strings.Builder
	set := flag.NewFlagSet("program", flag.ContinueOnError)
	set.Int("n", 1, "how many")
	if err := Parse(set, "program [FLAG...]\n", []string{"-h"}, &said); !errors.Is(err, flag.ErrHelp) ||
		!strings.HasPrefix(said.String(), "program [FLAG...]\n") || !strings.Contains(said.String(), "how many") {
		t.Errorf("%v, %q", err, said.String())
	}
}

func TestSplit(t *testing.T) {
	for list, want := range map[string][]string{"": nil, "a": {"a"}, "a,b*": {"a", "b*"}} {
		if got := Split(list); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", list, got, want)
		}
	}
}
