package disk

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"ecrmirror/internal/sleep"
)

// A directoryLock keeps programs apart that write to a directory. It is the directory's own, so that nothing is left
// of it, and ends with the program.
type directoryLock struct {
	path string
	file *os.File // nil where there are no locks
}

// How a directory is locked.
type lockMode bool

const (
	shared    lockMode = false
	exclusive lockMode = true
)

// lockPoll is how long it takes until a directory that is locked is looked at again.
const lockPoll = 10 * time.Millisecond

// lockDirectory locks a directory, which is made if it is not there. It waits for others until ctx ends.
func lockDirectory(ctx context.Context, path string, mode lockMode) (*directoryLock, error) {
	for {
		lock, err := tryLockDirectory(path, mode)
		if err != nil || lock != nil {
			return lock, err
		}
		if err := sleep.For(ctx, lockPoll); err != nil {
			return nil, errors.Join(ErrBusy, err)
		}
	}
}

// tryLockDirectory does the same without waiting. It returns nil where others have the lock.
func tryLockDirectory(path string, mode lockMode) (*directoryLock, error) {
	for {
		if err := os.MkdirAll(path, 0o755); err != nil { //nolint:gosec // as the library makes it
			return nil, err
		}
		if !hasLocks {
			return &directoryLock{path, nil}, nil
		}
		file, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // somebody removed it, for it was empty
		}
		if err != nil {
			return nil, err
		}
		lock := &directoryLock{path, file}
		locked, err := tryLock(file, mode)
		switch {
		case err != nil || !locked:
			lock.unlock()
			return nil, err
		case lock.isThere():
			return lock, nil
		}
		lock.unlock() // of one that was removed
	}
}

// isThere reports whether the path still leads to what was locked.
func (l *directoryLock) isThere() bool {
	mine, err := l.file.Stat()
	there, statErr := os.Stat(l.path)
	return err == nil && statErr == nil && os.SameFile(mine, there)
}

// upgrade makes the lock exclusive, or returns an error where others have it.
func (l *directoryLock) upgrade() error {
	if l.file == nil {
		return nil
	}
	locked, err := tryLock(l.file, exclusive)
	if err == nil && !locked {
		err = ErrBusy
	}
	return err
}

func (l *directoryLock) unlock() {
	if l.file != nil {
		_ = l.file.Close()
	}
}
