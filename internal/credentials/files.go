package credentials

import (
	"fmt"
	"os"
	"path/filepath"
)

// Files returns where podman and docker keep the user's logins, by the environment, in the order in
// which they count. See containers-auth.json(5).
func Files(getenv func(string) string) []string {
	var paths []string
	add := func(dir string, below ...string) {
		if dir != "" {
			paths = append(paths, filepath.Join(append([]string{dir}, below...)...))
		}
	}
	home := getenv("HOME")
	if runtime := getenv("XDG_RUNTIME_DIR"); runtime != "" {
		add(runtime, "containers", "auth.json")
	} else {
		add(fmt.Sprintf("/run/containers/%d", os.Getuid()), "auth.json")
	}
	if config := getenv("XDG_CONFIG_HOME"); config != "" {
		add(config, "containers", "auth.json")
	} else {
		add(home, ".config", "containers", "auth.json")
	}
	if docker := getenv("DOCKER_CONFIG"); docker != "" {
		add(docker, "config.json")
	} else {
		add(home, ".docker", "config.json")
	}
	return paths
}

// FromFiles reads the documents among files, as they would be read from a secret. One that is not there,
// or that is no document, holds none.
func FromFiles(paths []string) *Store {
	var stores []*Store
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		if store, err := Parse(text, path); err == nil {
			stores = append(stores, store)
		}
	}
	return Merge(stores...)
}
