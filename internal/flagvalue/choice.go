// Package flagvalue has the kinds of values that the programs' flags take: one or some of a few words, a number, a
// duration, a size, a rate. Each says what it accepts when it refuses a text. An [Environment] gives flags values that
// the command line does not.
package flagvalue

import (
	"errors"
	"slices"
	"strings"
)

// A Choice is one of a few words. It implements pflag.Value.
type Choice struct {
	value string
	kind  string // what help calls it
	of    []string
	also  []string // synonyms of the first word that help does not list
}

// OneOf returns a choice of words. Its value is the first until Set chooses another; help calls the value kind.
func OneOf(kind string, of ...string) Choice { return Choice{value: of[0], kind: kind, of: of} }

// Formerly returns the choice with more names of its first word, which neither help nor errors list.
func (c Choice) Formerly(names ...string) Choice {
	c.also = names
	return c
}

// String returns the word.
func (c *Choice) String() string { return c.value }

// Type returns what help calls the value.
func (c *Choice) Type() string { return c.kind }

// Values returns all words, for shells to complete.
func (c *Choice) Values() []string { return c.of }

// Set chooses a word.
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

// Choices are some of a few words, none at first. It implements pflag.Value.
type Choices struct {
	chosen []string
	kind   string // what help calls one of them
	of     []string
}

// SomeOf returns choices of words; help calls one of them kind.
func SomeOf(kind string, of ...string) Choices { return Choices{kind: kind, of: of} }

// Chosen returns the words, in the order of the command line.
func (c *Choices) Chosen() []string { return c.chosen }

// String returns the words with commas between them.
func (c *Choices) String() string { return strings.Join(c.chosen, ",") }

// Type returns what help calls the value.
func (c *Choices) Type() string { return c.kind + "[," + c.kind + "...]" }

// Values returns all words, for shells to complete.
func (c *Choices) Values() []string { return c.of }

// Set adds the words of a comma-separated list.
func (c *Choices) Set(s string) error {
	var words []string
	for word := range strings.SplitSeq(s, ",") {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	unknown := func(word string) bool { return !slices.Contains(c.of, word) }
	if len(words) == 0 || slices.ContainsFunc(words, unknown) {
		return errors.New("must be " + List(c.of))
	}
	c.chosen = append(c.chosen, words...)
	return nil
}

// List writes words for a message: "a, b or c".
func List(words []string) string {
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
