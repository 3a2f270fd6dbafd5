// Package outfile writes files that have their new content all at once, or not at all.
package outfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// newMode is the mode of files that were not there.
const newMode = 0o644

// Replace has write make the content of a file. The file has its old content, and an error is returned, if write fails.
// An old file's mode is kept. What is no ordinary file (a pipe, a link) is written to as it is.
func Replace(name string, write func(io.Writer) error) error {
	mode := os.FileMode(newMode)
	if old, err := os.Lstat(name); err == nil {
		if !old.Mode().IsRegular() {
			return writeTo(name, write)
		}
		mode = old.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".export-*.yaml")
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("writing %s: there is no directory %s", name, filepath.Dir(name))
	}
	if err != nil {
		return fmt.Errorf("writing %s: in its directory: %w", name, causeOf(err))
	}
	defer func() { _ = os.Remove(f.Name()) }() // it is gone if all went well
	if err := errors.Join(write(f), f.Chmod(mode), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// causeOf returns an error without the name of a temporary file.
func causeOf(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}

func writeTo(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
