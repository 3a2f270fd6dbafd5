package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/distribution/distribution/v3/registry/storage/driver"
)

// unsynced keeps files as the driver in it does, but does not wait until they are on the
// disk: nobody needs what a stand-in holds after a crash of the machine, and everybody
// waits for a slow disk.
type unsynced struct {
	driver.StorageDriver
	dir    string
	forget bool // of what is uploaded, only the size is kept
}

// Writer implements [driver.StorageDriver].
func (d unsynced) Writer(_ context.Context, name string, appending bool) (driver.FileWriter, error) {
	name = filepath.Join(d.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return nil, err
	}
	how := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if appending {
		how = os.O_WRONLY | os.O_CREATE
	}
	f, err := os.OpenFile(name, how, 0o644)
	if err != nil {
		return nil, err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &fileWriter{File: f, size: size, forget: d.forget && path.Base(filepath.ToSlash(name)) == "data"}, nil
}

// PutContent implements [driver.StorageDriver]. The content is there whole or not at all.
func (d unsynced) PutContent(_ context.Context, name string, content []byte) error {
	name = filepath.Join(d.dir, filepath.FromSlash(name))
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".tmp-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("storing %s: %w", name, err)
	}
	return nil
}

// fileWriter writes straight to a file, which may be closed several times.
type fileWriter struct {
	*os.File
	size   int64
	forget bool // nothing is written, but a hole of the same size
	closed bool
}

// Write implements [driver.FileWriter].
func (w *fileWriter) Write(p []byte) (int, error) {
	if w.forget {
		w.size += int64(len(p))
		return len(p), nil
	}
	n, err := w.File.Write(p)
	w.size += int64(n)
	return n, err
}

// Size implements [driver.FileWriter].
func (w *fileWriter) Size() int64 { return w.size }

// Commit implements [driver.FileWriter].
func (w *fileWriter) Commit(context.Context) error {
	if w.forget {
		return w.Truncate(w.size)
	}
	return nil
}

// Cancel implements [driver.FileWriter].
func (w *fileWriter) Cancel(context.Context) error {
	return errors.Join(w.Close(), os.Remove(w.Name()))
}

// Close implements [driver.FileWriter].
func (w *fileWriter) Close() error {
	if w.closed {
		return nil
	}
	w.closed = true
	return w.File.Close()
}
