package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"ecrmirror/bench/result"
)

// build makes the programs that a run needs beside the peers: this project's, unless
// its path is given, and the one that measures.
func build(ctx context.Context, dir, mirror string) (program, string, error) {
	ours := program{name: result.Ours, settings: []string{byDefault}, commands: mirrorCommand, version: "given"}
	if mirror == "" {
		mirror = filepath.Join(dir, "mirror")
		if err := goBuild(ctx, mirror, "ecrmirror/cmd/mirror"); err != nil {
			return program{}, "", err
		}
		ours.version = revision(ctx)
	}
	path, err := filepath.Abs(mirror)
	if err != nil {
		return program{}, "", err
	}
	ours.path = path
	if _, err := os.Stat(path); err != nil {
		return program{}, "", fmt.Errorf("-mirror: %w", err)
	}
	measure := filepath.Join(dir, "measure")
	return ours, measure, goBuild(ctx, measure, "ecrmirror/bench/measure")
}

func goBuild(ctx context.Context, to, what string) error {
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-tags=containers_image_openpgp", "-o", to, what)
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
