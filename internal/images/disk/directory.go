package disk

import (
	"os"
	"path/filepath"
)

// versionFile is how the library tells a directory of an image from others, which it does not erase. It writes the file
// last (go.podman.io/image v5.41.2, directory/directory_dest.go).
const (
	versionFile = "version"
	version     = "Directory Transport Version: 1.1\n"
)

// begin marks an empty directory as one of an image, so that a copy which is broken off is not in the way of the next.
func begin(dir string) error {
	return os.WriteFile(filepath.Join(dir, versionFile), []byte(version), 0o644) //nolint:gosec // as the library does
}

// unbegin takes the mark off again where there is nothing else.
func unbegin(dir string) {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) == 1 {
		_ = os.Remove(filepath.Join(dir, versionFile)) // it stays as a directory that may be written to
	}
}
