package main

import (
	"fmt"
	"strconv"

	"ecrmirror/internal/contract"
)

const (
	jobParametersFlag = "job-parameters"
	// fewestCharacters leave room for one source and one destination with long names.
	fewestCharacters = 1000
)

// characters is how many characters the source and the destinations of one job may have.
type characters struct {
	n   int
	err error // what is wrong with the environment's value
}

// charactersFrom returns what the environment says, or the default.
func charactersFrom(env string) characters {
	c := characters{n: contract.DefaultJobParameters}
	if env != "" {
		if err := c.Set(env); err != nil {
			c.err = fmt.Errorf("%s is %q: %w", contract.EnvJobParameters, env, err)
		}
	}
	return c
}

func (c *characters) String() string { return strconv.Itoa(c.n) }

func (c *characters) Type() string { return "CHARACTERS" }

func (c *characters) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < fewestCharacters || n > contract.LongestOverrides {
		return fmt.Errorf("must be %d to %d", fewestCharacters, contract.LongestOverrides)
	}
	c.n, c.err = n, nil
	return nil
}
