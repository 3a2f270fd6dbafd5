package listed

import (
	"errors"

	"ecrmirror/internal/transient"
)

// ErrTooMany says that a registry lists more than is read.
var ErrTooMany = transient.Final("the list is too long")

// ErrNoRepository says that what was to be listed does not exist, or not for this login: a repository, or a namespace
// of a registry that tells.
var ErrNoRepository = errors.New("no such repository")

// A NoCatalogError says that a registry does not tell which repositories it has, or not to this login.
type NoCatalogError struct {
	Host  string
	Lacks string // what the registry lacks, as the rest of a sentence that begins with its name
	Try   string // what would do, as a sentence
	Err   error  // the registry's refusal, if it was asked
}

func (e *NoCatalogError) Error() string {
	s := e.Host + " " + e.Lacks
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s + ". " + e.Try
}

// Unwrap returns the refusal, if there was one.
func (e *NoCatalogError) Unwrap() error { return e.Err }

// Transient returns false.
func (e *NoCatalogError) Transient() bool { return false }
