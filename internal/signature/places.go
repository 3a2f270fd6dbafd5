package signature

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// attached is what is taken for granted about where signatures are, where nothing says it: as
// sigstore's tools write them, in the image's own repository.
const attached = "default-docker:\n  use-sigstore-attachments: true\n"

// Places returns the directory with the files that say where signatures are: "", which means the
// usual places, if there are such files, and else one of its own, which the caller has removed by
// calling remove. Containers without a file system to write to have memory for it.
func Places(getenv func(string) string) (dir string, remove func() error, err error) {
	remove = func() error { return nil }
	for _, usual := range []string{ConfigDir(getenv), "/etc/containers", "/usr/share/containers"} {
		if usual == "" {
			continue
		}
		// registries.rootless.d and the like are beside it.
		if files, _ := filepath.Glob(filepath.Join(usual, "registries*.d", "*.yaml")); len(files) > 0 {
			return "", remove, nil
		}
	}
	var errs []error
	for _, parent := range []string{"", "/dev/shm"} { // "" is the system's directory for temporary files
		if dir, err = os.MkdirTemp(parent, "registries.d-"); err != nil {
			errs = append(errs, err)
			continue
		}
		remove = func() error { return os.RemoveAll(dir) }
		if err = os.WriteFile(filepath.Join(dir, "default.yaml"), []byte(attached), 0o600); err == nil {
			return dir, remove, nil
		}
		errs = append(errs, err, remove())
	}
	return "", nil, fmt.Errorf("signatures: nothing says in registries.d where they are, and there is no place to write that: %w", errors.Join(errs...))
}
