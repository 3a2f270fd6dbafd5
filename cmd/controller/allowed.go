package main

import (
	"errors"
	"fmt"

	"ecrmirror/internal/allow"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/program"
)

// checkAllowed returns what of an entry, which is a good one, may not be mirrored.
func (c *config) checkAllowed(entry entry.Entry) error {
	lists, err := c.allowed.Lists()
	if err != nil {
		return err
	}
	return refusal(lists, entry)
}

// refusal returns the same in one line.
func refusal(lists allow.Lists, entry entry.Entry) error {
	var refused []error
	check := func(what, written string, allowed func(imagename.Name) error) {
		name, err := imagename.ParseImage(written)
		if err == nil {
			err = allowed(name)
		}
		if err != nil {
			refused = append(refused, fmt.Errorf("%s %q: %w", what, written, err))
		}
	}
	check("source", entry.Source, lists.Source)
	for _, destination := range entry.Destinations {
		check("destination", destination, lists.Destination)
	}
	if len(refused) == 0 {
		return nil
	}
	return errors.New(program.OneLine(errors.Join(refused...).Error()))
}

// checkAllAllowed does the same for the entries of a file, in a line for each.
func (c *config) checkAllAllowed(file string, entries []entry.Entry) error {
	lists, err := c.allowed.Lists()
	if err != nil {
		return err
	}
	var errs []error
	for _, entry := range entries {
		if err := refusal(lists, entry); err != nil {
			errs = append(errs, fmt.Errorf("%s: entry %q: %w", file, entry.Source, err))
		}
	}
	return errors.Join(errs...)
}
