package jsonscan

import (
	"errors"
	"fmt"
	"slices"
)

// Seen are those of an object's known members that have come, each as a bit: 64 at most.
type Seen uint64

// Note notes a member's name. It refuses a known one that comes twice, or in letters of another case. Go takes them
// for the same and the last for the one that counts; a registry, or who pulls the image, may see another image.
func (s *Seen) Note(name Name, known []string) error {
	for i, k := range known {
		if !name.Folds(k) {
			continue
		}
		if !name.Is(k) || *s&(1<<i) != 0 {
			return fmt.Errorf("it is ambiguous: %q comes twice, or in other letters", k)
		}
		*s |= 1 << i
	}
	return nil
}

// ErrNoObject says that a value is something else than an object.
var ErrNoObject = errors.New("no object where one should be")

// Known has the known members of an object taken one by one, in their order. It ends at the first that can be read in
// two ways, or that take refuses, and names it.
func (v Value) Known(known []string, take func(name string, member Value) error) error {
	if !v.IsObject() {
		return ErrNoObject
	}
	var seen Seen
	for name, member := range v.Members() {
		if err := seen.Note(name, known); err != nil {
			return err
		}
		i := slices.IndexFunc(known, name.Is)
		if i < 0 {
			continue
		}
		if err := take(known[i], member); err != nil {
			return fmt.Errorf("%s: %w", known[i], err)
		}
	}
	return nil
}
