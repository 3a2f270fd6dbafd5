package mirror

import (
	"errors"
	"fmt"
	"regexp"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/printable"
)

// A Side is an end of a copy.
type Side string

// The sides.
const (
	Source      Side = "source"
	Destination Side = "destination"
)

// An Error says on which side of a copy what failed. Its text is one line, whatever others wrote in it,
// and leaves out the queries of URLs: registries redirect to URLs that are signed by them.
type Error struct {
	Side Side
	Name imagename.Name
	Op   string // gerund: "reading manifest"
	Err  error
}

func (e *Error) Error() string { return fmt.Sprintf("%s %s: %s", e.Side, e.Name, e.Cause()) }

// Cause returns what failed and why, as Error does, without the side and the name.
func (e *Error) Cause() string {
	return e.Op + ": " + printable.Line(query.ReplaceAllString(e.Err.Error(), "$1?REDACTED"))
}

// query matches a URL with its query.
var query = regexp.MustCompile(`(\w://[^\s"'?]*)\?[^\s"']+`)

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

func sourceError(name imagename.Name, op string, err error) error {
	return sided(Source, name, op, err)
}

func destinationError(name imagename.Name, op string, err error) error {
	return sided(Destination, name, op, err)
}

// sided wraps err, unless it says its side already.
func sided(side Side, name imagename.Name, op string, err error) error {
	var e *Error
	if errors.As(err, &e) {
		return err
	}
	return &Error{Side: side, Name: name, Op: op, Err: err}
}

// isWrongContent reports whether a blob or a manifest of the source had other bytes than its digest promised.
func isWrongContent(err error) bool {
	var sided *Error
	var mismatch *content.DigestMismatchError
	return errors.As(err, &sided) && sided.Side == Source && errors.As(err, &mismatch)
}

// ErrAbsent says that the source image does not exist.
var ErrAbsent = errors.New("image does not exist")

// ErrIsSource says that a destination is the source itself.
var ErrIsSource = errors.New("destination is the source itself")
