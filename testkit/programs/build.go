package programs

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Build makes the programs that a run needs beside the peers: this project's, unless
// its path is given, and the one that measures, whose path it returns.
func Build(ctx context.Context, dir, mirror string) (Program, string, error) {
	ours := Program{Name: Ours, Settings: []string{ByDefault}, Commands: Mirror, Repository: Mirror, Version: "given"}
	if mirror == "" {
		mirror = filepath.Join(dir, "mirror")
		if err := GoBuild(ctx, mirror, "ecrmirror/cmd/mirror"); err != nil {
			return Program{}, "", err
		}
		ours.Version = revision(ctx)
	}
	path, err := filepath.Abs(mirror)
	if err != nil {
		return Program{}, "", err
	}
	ours.Path = path
	if _, err := os.Stat(path); err != nil {
		return Program{}, "", fmt.Errorf("-mirror: %w", err)
	}
	measure := filepath.Join(dir, "measure")
	return ours, measure, GoBuild(ctx, measure, "ecrmirror/testkit/measure")
}

// GoBuild builds a main package of this module into a file.
func GoBuild(ctx context.Context, to, what string) error {
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w",
		"-tags=containers_image_openpgp", "-o", to, what)
	command.Env = append(command.Environ(), "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", what, err, out)
	}
	return nil
}

// revision names the commit that is measured, as far as git knows.
func revision(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}
