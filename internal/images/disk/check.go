package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ecrmirror/internal/imagename"
)

// A noImageError says that there is no image at a path, and what is there. It counts as [fs.ErrNotExist].
type noImageError struct{ text string }

func (e *noImageError) Error() string { return e.text }

// Is makes the error count as fs.ErrNotExist.
func (e *noImageError) Is(target error) bool { return target == fs.ErrNotExist }

// check returns an error if there is no image at a name's path, whatever its reference.
func check(name imagename.Name) error {
	path, what, file := pathOf(name), "an OCI layout", "index.json"
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

// checkParent returns an error if there is no directory to make that of an image in. The library, which resolves links
// in the path, wants one.
func checkParent(name imagename.Name) error {
	parent := filepath.Dir(pathOf(name))
	if _, err := os.Stat(parent); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no directory %s to make it in", parent)
	}
	return nil
}

// pathOf returns the directory of an image.
func pathOf(name imagename.Name) string { return name.Place()[len("oci:"):] } // or dir:
