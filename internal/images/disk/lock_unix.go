//go:build !windows

package disk

import (
	"errors"
	"os"
	"syscall"
)

const hasLocks = true

// tryLock locks a file or directory by flock(2), and reports whether it could: others may have it. File systems that
// have no locks are written to without.
func tryLock(file *os.File, mode lockMode) (bool, error) {
	how := syscall.LOCK_SH
	if mode == exclusive {
		how = syscall.LOCK_EX
	}
	err := syscall.Flock(int(file.Fd()), how|syscall.LOCK_NB) //nolint:gosec // a descriptor is an int
	switch {
	case err == nil, errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.ENOSYS):
		return true, nil
	case errors.Is(err, syscall.EWOULDBLOCK), errors.Is(err, syscall.EINTR):
		return false, nil
	}
	return false, &os.PathError{Op: "flock", Path: file.Name(), Err: err}
}
