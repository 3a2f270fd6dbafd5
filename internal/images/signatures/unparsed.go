package signatures

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.podman.io/image/v5/directory"
	"go.podman.io/image/v5/image"
	"go.podman.io/image/v5/types"
)

// unparsed returns an image of a manifest and signatures. go.podman.io/image takes those of sigstore from its
// own transports alone, so they are written to a directory and read from there at once.
func unparsed(ctx context.Context, manifest []byte, list []signature) (types.UnparsedImage, error) {
	img, err := throughFiles(ctx, manifest, list)
	if err == nil {
		return img, nil
	}
	for _, s := range list { // which of them is it?
		if _, one := throughFiles(ctx, manifest, []signature{s}); one != nil {
			if inner := errors.Unwrap(errors.Unwrap(one)); inner != nil {
				one = inner // without the file's name, which is gone
			}
			return nil, fmt.Errorf("signature at %s: %w", s.from, one)
		}
	}
	return nil, err
}

func throughFiles(ctx context.Context, manifest []byte, list []signature) (_ types.UnparsedImage, err error) {
	dir, err := makeDir()
	if err != nil {
		return nil, err
	}
	defer func() {
		if gone := os.RemoveAll(dir); err == nil {
			err = gone
		}
	}()
	if err := os.WriteFile(filepath.Join(dir, "manifest.json"), manifest, 0o600); err != nil {
		return nil, err
	}
	for i, s := range list {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("signature-%d", i+1)), s.blob, 0o600); err != nil {
			return nil, err
		}
	}
	ref, err := directory.NewReference(dir)
	if err != nil {
		return nil, err
	}
	src, err := ref.NewImageSource(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	return loaded(ctx, image.UnparsedInstance(src, nil))
}

// makeDir makes a directory. Containers without a file system to write to have memory for it.
func makeDir() (string, error) {
	var errs []error
	for _, parent := range []string{"", "/dev/shm"} { // "" is the system's directory for temporary files
		dir, err := os.MkdirTemp(parent, "signatures-")
		if err == nil {
			return dir, nil
		}
		errs = append(errs, err)
	}
	return "", fmt.Errorf("there is no place to write signatures to: %w", errors.Join(errs...))
}
