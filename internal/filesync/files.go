package filesync

import (
	"errors"
	"fmt"
	"io"
	"time"

	"ecrmirror/internal/allow"
	"ecrmirror/internal/edit"
	"ecrmirror/internal/entryfile"
	"ecrmirror/internal/program"
)

// Files are files of entries, and what is done of them.
type Files struct {
	Paths []string    // of files and folders; "-" is standard input
	Only  []string    // patterns of sources; none = all
	Lists allow.Lists // what may be mirrored
}

// Read reads the files, as an import into a table does: what is invalid, not allowed or in conflict is an error, in a
// line that says where it stands; and so is a pattern that no source matches.
func (f Files) Read(stdin io.Reader, now time.Time) (of Entries, err error) {
	set, err := entryfile.ReadFiles(f.Paths, stdin, now)
	if err != nil {
		return of, err
	}
	if err := bounded(edit.RefusedOf(f.Lists, set), set.Conflicts(now)); err != nil {
		return of, err
	}
	some := set.Entries
	if len(f.Only) > 0 {
		if some, err = entryfile.Only(f.Only, set.Entries); err != nil {
			return of, err
		}
	}
	return Entries{All: set.Entries, Some: some}, nil
}

// mostErrors is how many things that are wrong are told of one by one.
const mostErrors = 100

// bounded joins the errors that are joined in others, as far as they are told.
func bounded(joined ...error) error {
	var errs []error
	for _, err := range joined {
		if err != nil {
			errs = append(errs, program.Parts(err)...)
		}
	}
	if more := len(errs) - mostErrors; more > 0 {
		errs = append(errs[:mostErrors:mostErrors], fmt.Errorf("%d more are wrong", more))
	}
	return errors.Join(errs...)
}
