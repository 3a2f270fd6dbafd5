package disk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images/transport"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/transient"
)

// ErrBusy says that something else writes to a directory. It has to end first.
var ErrBusy = transient.New("another program writes to this directory; try again when it has ended")

// A destination is an image that is written. Closed without anything written to it, it leaves no directory behind,
// unless something else has opened it meanwhile.
type destination struct {
	port.Destination
	lock *directoryLock
	kind imagename.Kind
	made []string // directories that were not there before, the innermost first
}

// Destination opens an image for writing. An OCI layout may be written to by several at a time. A directory may not,
// since opening it erases it: then the error is [ErrBusy].
func Destination(ctx context.Context, name imagename.Name) (_ port.Destination, err error) {
	if err := checkParent(name); err != nil {
		return nil, err
	}
	ref, err := Reference(name)
	if err != nil {
		return nil, err
	}
	path := pathOf(name)
	d := &destination{kind: name.Kind, made: missing(path)}
	if name.Kind == imagename.OCILayout {
		d.made = missing(filepath.Join(path, imgspecv1.ImageBlobsDir))
	}
	if d.lock, err = lockDisk(ctx, name); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	image, err := ref.NewImageDestination(ctx, system())
	if err == nil && name.Kind == imagename.Directory {
		err = begin(path)
	}
	if err != nil {
		d.leave()
		return nil, err
	}
	d.Destination = transport.NewDestination(image)
	if name.Kind == imagename.OCILayout {
		d.Destination = &layoutDestination{d.Destination, path}
	}
	return d, nil
}

func lockDisk(ctx context.Context, name imagename.Name) (*directoryLock, error) {
	if name.Kind == imagename.OCILayout {
		return lockDirectory(ctx, pathOf(name), shared)
	}
	lock, err := tryLockDirectory(pathOf(name), exclusive)
	if err == nil && lock == nil {
		err = ErrBusy
	}
	return lock, err
}

// Close implements [port.Destination].
func (d *destination) Close() error {
	err := d.Destination.Close()
	d.leave()
	return err
}

// leave removes what has nothing in it, where nothing else is at it.
func (d *destination) leave() {
	defer d.lock.unlock()
	if d.lock.upgrade() != nil {
		return
	}
	if d.kind == imagename.Directory {
		unbegin(d.lock.path)
	}
	removeEmpty(d.made)
}

// missing returns those of a path's directories that are not there, the innermost first.
func missing(path string) []string {
	var dirs []string
	for dir := path; ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
			return dirs
		}
		dirs = append(dirs, dir)
	}
}

// removeEmpty removes directories up to the first that has something in it.
func removeEmpty(dirs []string) {
	for _, dir := range dirs {
		if os.Remove(dir) != nil {
			return
		}
	}
}
