// Package cli is what the programs' command lines have in common: flags of a few values, their
// completion, help, and what was probably meant.
package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Choice is a flag's value out of several. It implements pflag.Value.
type Choice struct {
	value string
	kind  string // what help calls it
	of    []string
	also  []string // taken for the first, and not told of
}

// OneOf returns a choice, at first of the first value.
func OneOf(kind string, of ...string) Choice { return Choice{value: of[0], kind: kind, of: of} }

// From returns the choice as the environment makes it, if it is not empty. One that is not among the
// values is an error when it is looked at, by Check.
func (c Choice) From(env string) Choice {
	if env != "" {
		c.value = env
	}
	return c
}

// Formerly has the names be taken for the first value.
func (c Choice) Formerly(names ...string) Choice {
	c.also = names
	return c
}

// String returns the value.
func (c *Choice) String() string { return c.value }

// Type returns what help calls the value.
func (c *Choice) Type() string { return c.kind }

// Values returns what there is to choose from.
func (c *Choice) Values() []string { return c.of }

// Set chooses a value.
func (c *Choice) Set(s string) error {
	switch {
	case slices.Contains(c.also, s):
		s = c.of[0]
	case !slices.Contains(c.of, s):
		return errors.New("must be " + List(c.of))
	}
	c.value = s
	return nil
}

// Check returns an error if the environment, whose variable is given, made no choice.
func (c *Choice) Check(env string) error {
	if !slices.Contains(c.of, c.value) {
		return fmt.Errorf("%s is %q: must be %s", env, c.value, List(c.of))
	}
	return nil
}

// List writes values for a message: "a, b or c".
func List(values []string) string {
	last := len(values) - 1
	if last == 0 {
		return values[0]
	}
	return strings.Join(values[:last], ", ") + " or " + values[last]
}
