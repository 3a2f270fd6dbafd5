package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// The real program gives up a slow destination and says so, the fast one has the image. Times are not judged here.
func TestASlowDestinationIsSetAsideAndGivenUp(t *testing.T) {
	var out bytes.Buffer
	err := run(t.Context(), []string{"-size", "24MiB", "-rates", "0,50kB", "-min-rate", "1MiB/2s"}, &out, t.Output())
	if err != nil && !errors.Is(err, errHeldUp) {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| all it can |", "| 50kB/s | 503.32 s | – | – | given up |", "exit code 75",
		"set aside destination", "below the least rate of 1.0 MiB/s",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("nothing about %q in\n%s", want, out.String())
		}
	}
}

func TestFlagsThatAreNone(t *testing.T) {
	for _, args := range [][]string{
		{"-rates", "fast"},
		{"-rates", "1MB,,"},
		{"-size", "0"},
		{"-size", "big"},
		{"more"},
	} {
		if _, err := parseFlags(args, t.Output()); err == nil {
			t.Errorf("%q was taken", args)
		}
	}
}
