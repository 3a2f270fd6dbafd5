package flagvalue

import (
	"fmt"
	"strconv"
)

// A Number is a whole number within bounds. It implements pflag.Value.
type Number struct {
	value, least, most int
	kind               string // what help calls it
}

// NewNumber returns a flag's value that is a number from least to most. Kind is what help calls it.
func NewNumber(kind string, value, least, most int) Number {
	return Number{value: value, least: least, most: most, kind: kind}
}

// Value returns the number.
func (n *Number) Value() int { return n.value }

// String returns the number's digits.
func (n *Number) String() string { return strconv.Itoa(n.value) }

// Type returns what help calls the value.
func (n *Number) Type() string { return n.kind }

// Set takes decimal digits.
func (n *Number) Set(s string) error {
	value, err := strconv.Atoi(s)
	if err != nil || value < n.least || value > n.most {
		return fmt.Errorf("must be %d to %d", n.least, n.most)
	}
	n.value = value
	return nil
}
