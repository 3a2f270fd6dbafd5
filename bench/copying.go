package main

import (
	"context"
	"fmt"

	"ecrmirror/testkit/programs"
	"ecrmirror/testkit/slowregistry"
)

// A copying is one copy that a program is to make.
type copying struct {
	bench   *bench
	of      benchCase
	want    contents
	program programs.Program
	source  *slowregistry.Server
	to      destination
	job     programs.Copy
}

// run makes the copy, twice if the second is the one that counts, and returns what it used and the counts before it.
func (c *copying) run(ctx context.Context) (programs.Total, counts, error) {
	if c.program.Prepare != nil {
		if err := c.program.Prepare(ctx, c.job); err != nil {
			return programs.Total{}, counts{}, err
		}
	}
	timeout := c.bench.flags.timeout
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("took more than %s", timeout))
	defer cancel()
	commands, environment := c.of.commands(c.program)(c.job), c.job.Environment
	var err error
	switch {
	case c.of.sweep:
		commands, environment, err = c.unchanged(ctx, commands)
	case c.of.again:
		_, err = programs.RunAll(ctx, c.bench.measure, environment, commands)
	}
	if err != nil {
		return programs.Total{}, counts{}, err
	}
	before := countsOf(c.source, c.to)
	used, err := programs.RunAll(ctx, c.bench.measure, environment, commands)
	return used, before, err
}
