package images

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/imagename"
)

// A noImageError says that there is no image at a path, and what is there. It counts as [fs.ErrNotExist].
type noImageError struct{ text string }

func (e *noImageError) Error() string { return e.text }

// Is makes the error count as fs.ErrNotExist.
func (e *noImageError) Is(target error) bool { return target == fs.ErrNotExist }

// onDisk reports whether an image is a layout or a directory.
func onDisk(name imagename.Name) bool {
	return name.Kind == imagename.OCILayout || name.Kind == imagename.Directory
}

// checkDisk returns an error if a name is that of an image on disk, and there is none, whatever its reference.
func checkDisk(name imagename.Name) error {
	if !onDisk(name) {
		return nil
	}
	path, what, file := diskPath(name), "an OCI layout", "index.json"
	if name.Kind == imagename.Directory {
		what, file = "an image's directory", "manifest.json"
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &noImageError{fmt.Sprintf("there is no directory %s", path)}
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is not a directory, which %s is", path, what)
	}
	if _, err := os.Stat(filepath.Join(path, file)); errors.Is(err, fs.ErrNotExist) {
		return &noImageError{fmt.Sprintf("the directory %s is not %s: it has no %s", path, what, file)}
	}
	return nil
}

// checkParent returns an error if there is no directory to make that of an image on disk in. The library, which
// resolves links in the path, wants one.
func checkParent(name imagename.Name) error {
	if !onDisk(name) {
		return nil
	}
	parent := filepath.Dir(diskPath(name))
	if _, err := os.Stat(parent); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no directory %s to make it in", parent)
	}
	return nil
}

// diskPath returns the directory of an image on disk.
func diskPath(name imagename.Name) string { return name.Place()[len("oci:"):] } // or dir:

// errBusy says that something else writes to a directory. It has to end first.
var errBusy = errors.New("another program writes to this directory; try again when it has ended")

// A diskDestination is one on disk. Closed without anything written to it, it leaves no directory behind, unless
// something else has opened it meanwhile.
type diskDestination struct {
	types.ImageDestination
	lock *directoryLock
	kind imagename.Kind
	made []string // directories that were not there before, the innermost first
}

// openDisk opens an image on disk for writing. An OCI layout may be written to by several at a time. A directory may not,
// since opening it erases it: then the error is errBusy.
func openDisk(ctx context.Context, name imagename.Name, open func() (types.ImageDestination, error)) (_ types.ImageDestination, err error) {
	path := diskPath(name)
	d := &diskDestination{kind: name.Kind, made: missing(path)}
	if name.Kind == imagename.OCILayout {
		d.made = missing(filepath.Join(path, imgspecv1.ImageBlobsDir))
	}
	if d.lock, err = lockDisk(ctx, name); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if d.ImageDestination, err = open(); err == nil && name.Kind == imagename.Directory {
		err = begin(path)
	}
	if err != nil {
		d.leave()
		return nil, err
	}
	if name.Kind == imagename.OCILayout {
		d.ImageDestination = &layoutDestination{ImageDestination: d.ImageDestination, dir: path, name: name.LayoutName()}
	}
	return d, nil
}

func lockDisk(ctx context.Context, name imagename.Name) (*directoryLock, error) {
	if name.Kind == imagename.OCILayout {
		return lockDirectory(ctx, diskPath(name), shared)
	}
	lock, err := tryLockDirectory(diskPath(name), exclusive)
	if err == nil && lock == nil {
		err = errBusy
	}
	return lock, err
}

// Close implements types.ImageDestination.
func (d *diskDestination) Close() error {
	err := d.ImageDestination.Close()
	d.leave()
	return err
}

// leave removes what has nothing in it, where nothing else is at it.
func (d *diskDestination) leave() {
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
