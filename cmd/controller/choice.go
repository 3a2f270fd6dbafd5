package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// auto is the choice that leaves it to where the program runs.
const auto = "auto"

// A choice is a flag's value out of several, the first by default.
type choice struct {
	value string
	of    []string
}

// choiceOf returns the choice that the environment makes. One that is not among those is an error
// when it is looked at, by check.
func choiceOf(env string, of ...string) choice {
	c := choice{env, of}
	if env == "" {
		c.value = of[0]
	}
	return c
}

func (c *choice) String() string { return c.value }

func (c *choice) Type() string { return "CHOICE" }

func (c *choice) Set(s string) error {
	if !slices.Contains(c.of, s) {
		return errors.New("must be " + c.list())
	}
	c.value = s
	return nil
}

func (c *choice) list() string {
	last := len(c.of) - 1
	return strings.Join(c.of[:last], ", ") + " or " + c.of[last]
}

// check returns an error if the environment, whose variable is given, made no choice.
func (c *choice) check(env string) error {
	if !slices.Contains(c.of, c.value) {
		return fmt.Errorf("%s is %q: must be %s", env, c.value, c.list())
	}
	return nil
}
