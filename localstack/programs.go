package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// buildPrograms builds the programs that jobs run into dir, with the go command.
func buildPrograms(ctx context.Context, dir string, environ []string, log io.Writer) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("building the programs: %w", err)
	}
	// The trailing separator makes the go command write into the directory even for one program.
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "containers_image_openpgp", "-o",
		dir+string(os.PathSeparator),
		"ecrmirror/cmd/mirror", "ecrmirror/cmd/controller")
	// What an interrupted go command leaves behind goes where the programs go.
	cmd.Env = append(slices.Clone(environ), "CGO_ENABLED=0", "GOTMPDIR="+dir)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("building the programs (run localstack inside the repository, or pass --programs): %w", err)
	}
	return nil
}

// networkEnvironment picks from an environment how this machine reaches other
// networks: what a job, as a container would, needs of its host to reach them too.
func networkEnvironment(environ []string) []string {
	var out []string
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		if slices.Contains([]string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"},
			strings.ToUpper(name)) {
			out = append(out, pair)
		}
	}
	return out
}
