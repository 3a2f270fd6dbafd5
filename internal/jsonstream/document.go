// Package jsonstream reads JSON documents of strangers as they come: member by member, without keeping them, and
// within bounds.
package jsonstream

import (
	"fmt"
	"io"
	"maps"
)

// ReadObject reads a document that is an object, and nothing after it.
func ReadObject(r io.Reader, members map[string]Member) error {
	s := newScanner(r)
	switch there, err := s.open('{'); {
	case err != nil:
		return err
	case !there:
		return fmt.Errorf("%w: it is null", ErrOther)
	}
	if err := s.members(members); err != nil {
		return err
	}
	return s.end()
}

// ReadWith is ReadObject for a document that must have a member.
func ReadWith(r io.Reader, name string, read Member, others map[string]Member) error {
	there := false
	members := maps.Clone(others)
	members[name] = func(s Scanner) error {
		there = true
		return read(s)
	}
	if err := ReadObject(r, members); err != nil {
		return err
	}
	if !there {
		return fmt.Errorf("%w: it has no %s", ErrOther, name)
	}
	return nil
}

// ReadArray reads a document that is an array of objects, and nothing after it. Done is called after each object.
func ReadArray(r io.Reader, members map[string]Member, done func() error) error {
	s := newScanner(r)
	switch there, err := s.open('['); {
	case err != nil:
		return err
	case !there:
		return fmt.Errorf("%w: it is null", ErrOther)
	}
	if err := s.elements(members, done); err != nil {
		return err
	}
	return s.end()
}
