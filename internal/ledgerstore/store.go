// Package ledgerstore keeps the records of a ledger in a file, for programs that run without DynamoDB. Its records are
// those of package ledgertable, as package ledgerfile writes them, so that a ledger can be moved to DynamoDB. One
// process at a time has a file open.
package ledgerstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"ecrmirror/internal/sleep"
)

// Errors of opening and using a file. They are wrapped with the file's name.
var (
	// ErrInUse passes: another try may find the file free.
	ErrInUse error = inUse{}
	// ErrNotLedger is wrapped with what the file is.
	ErrNotLedger = errors.New("it is no ledger, and is left as it is")
	// ErrLaterFile is wrapped with the version of the file.
	ErrLaterFile = errors.New("a later version of this program wrote it, to which this one must be updated")
	// ErrDamaged is wrapped with what was found.
	ErrDamaged = errors.New("it is damaged: put back a copy of it, or move it away to begin with an empty ledger")
	ErrClosed  = errors.New("it is closed")
)

type inUse struct{}

func (inUse) Error() string {
	return "another run has it open: wait until that has ended, or name another file for this one"
}

// Transient reports that another try may help.
func (inUse) Transient() bool { return true }

const (
	// waitFor is how long Open waits for a file that another process has open, and lookAgain how often it looks
	// meanwhile: a run that is ending needs some moments.
	waitFor   = 5 * time.Second
	lookAgain = 100 * time.Millisecond
	// gather is how long a write waits for others, to be written with them. A commit takes some milliseconds by itself
	// (two fsyncs); bbolt's own default of 10 ms would be most of what a write takes that is alone.
	gather = time.Millisecond
	// ownerOnly is the mode of a new file.
	ownerOnly fs.FileMode = 0o600
)

// A Store is a ledger in a file. It is safe for concurrent use.
type Store struct {
	db   *bbolt.DB
	path string
}

// Open opens the ledger in a file. A new file is made, in a folder that exists, with mode 0600; an empty one is taken
// for new. The file is locked until [Store.Close] or the end of the process, however that ends. Open waits five seconds
// for another process that has it open.
//
// The error wraps [ErrInUse], [ErrNotLedger], [ErrLaterFile] or [ErrDamaged], or is the operating system's. A file that
// is no ledger is not written to.
func Open(ctx context.Context, path string) (*Store, error) {
	s := &Store{path: path}
	for deadline := time.Now().Add(waitFor); ; {
		err := context.Cause(ctx)
		if err == nil {
			s.db, err = open(path)
		}
		switch {
		case err == nil:
			return s, nil
		case !errors.Is(err, bolterrors.ErrTimeout):
			return nil, s.failure("opening", err)
		case time.Now().After(deadline):
			return nil, s.failure("opening", ErrInUse)
		}
		_ = sleep.For(ctx, lookAgain) // whose end the next turn sees
	}
}

// open opens a file, or returns bbolt's ErrTimeout at once where another process has it open.
func open(path string) (db *bbolt.DB, err error) {
	if err := examine(path); err != nil {
		return nil, err
	}
	var file *os.File
	err = guarded(func() error {
		db, err = bbolt.Open(path, ownerOnly, &bbolt.Options{
			Timeout: 1, FreelistType: bbolt.FreelistMapType, NoStatistics: true, // a timeout of 0 waits for ever
			OpenFile: func(name string, flag int, mode fs.FileMode) (_ *os.File, err error) {
				file, err = os.OpenFile(name, flag, mode)
				return file, err
			},
		})
		if err != nil {
			return opening(err)
		}
		db.MaxBatchDelay = gather
		if err := begin(db, file); err != nil {
			return errors.Join(err, db.Close())
		}
		return nil
	})
	if err != nil && file != nil {
		_ = file.Close() // with which the lock ends, where bbolt has panicked
	}
	return db, err
}

// opening says what an error of opening a file of bbolt means. What is not the operating system's is about the file.
func opening(err error) error {
	_, system := errors.AsType[syscall.Errno](err)
	if system || errors.Is(err, bolterrors.ErrTimeout) {
		return err
	}
	return fmt.Errorf("%w (%w)", ErrDamaged, err)
}

// Close closes the file, once the calls that are under way have ended. Later calls return [ErrClosed].
func (s *Store) Close() error {
	if err := s.db.Close(); err != nil {
		return s.failure("closing", err)
	}
	return nil
}

// failure describes an error.
func (s *Store) failure(doing string, err error) error {
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		err = ErrClosed
	}
	if about, ok := errors.AsType[*fs.PathError](err); ok {
		err = about.Err // the file is named once
	}
	return fmt.Errorf("%s ledger %q: %w", doing, s.path, err)
}
