package allow

import (
	"path/filepath"
	"strings"

	"ecrmirror/internal/imagename"
)

// A kind is what a place, or a pattern, is about.
type kind int

const (
	inRegistry kind = iota // HOST/REPOSITORY
	inAccount              // ACCOUNT/REPOSITORY, of private ECR
	inLayout               // a path
	inDirectory
)

// A place is where an image is, in the one way to write that, split at slashes.
type place struct {
	kind     kind
	segments []string
}

// placesOf returns the place of an image; one in private ECR has two, by its registry's plain host
// and by its account.
func placesOf(name imagename.Name) []place {
	path, _, _ := strings.Cut(name.Path, ":")
	switch name.Kind {
	case imagename.OCILayout:
		return []place{{inLayout, splitPath(path)}}
	case imagename.Directory:
		return []place{{inDirectory, splitPath(name.Path)}}
	case imagename.ECR:
		return []place{
			{inRegistry, hostAndRepository(name)},
			{inAccount, append([]string{name.ECR.Account}, strings.Split(name.Repository, "/")...)},
		}
	}
	return []place{{inRegistry, hostAndRepository(name)}}
}

func hostAndRepository(name imagename.Name) []string {
	name = name.Canonical()
	return append([]string{name.Host}, strings.Split(name.Repository, "/")...)
}

// splitPath splits a path on disk, made absolute: the same path is the same however it is
// written. What symbolic links make of it is not looked at.
func splitPath(path string) []string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return strings.Split(strings.TrimPrefix(filepath.ToSlash(filepath.Clean(path)), "/"), "/")
}
