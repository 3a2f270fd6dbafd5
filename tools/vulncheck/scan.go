package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"

	"ecrmirror/tools/vulncheck/finding"
)

// A scan is one run of the scanner.
type scan struct {
	what     string // that is looked at
	tags     string
	goos     string // "" for this machine's
	packages string
	tests    bool
}

// scans are of what is released, as it is built for each system, and of all that runs on the machine of a developer.
func scans() []scan {
	all := []scan{
		{what: "everything, with its tests", tags: "containers_image_openpgp", packages: "./...", tests: true},
	}
	for _, goos := range []string{"linux", "darwin", "windows"} {
		all = append(all, scan{
			what: "the programs for " + goos, tags: "containers_image_openpgp,lambda.norpc,grpcnotrace", goos: goos,
			packages: "./cmd/...",
		})
	}
	return all
}

// scanAll runs all scans with the database in a directory.
func scanAll(ctx context.Context, scanner, database string, out io.Writer) ([]finding.Finding, error) {
	var all []finding.Finding
	for _, s := range scans() {
		found, err := s.run(ctx, scanner, database)
		if err != nil {
			return nil, fmt.Errorf("scanning %s: %w", s.what, err)
		}
		called := 0
		for _, f := range found {
			if f.Called {
				called++
			}
		}
		fmt.Fprintf(out, "%s: %d called, %d in modules that are only required\n", s.what, called, len(found)-called)
		all = append(all, found...)
	}
	return all, nil
}

func (s scan) run(ctx context.Context, scanner, database string) ([]finding.Finding, error) {
	where := url.URL{Scheme: "file", Path: filepath.ToSlash(database)}
	args := []string{"-format", "json", "-db", where.String(), "-tags", s.tags}
	if s.tests {
		args = append(args, "-test")
	}
	cmd := exec.CommandContext(ctx, scanner, append(args, s.packages)...)
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0", "GOFLAGS=") // -tags says it all
	if s.goos != "" {
		cmd.Env = append(cmd.Env, "GOOS="+s.goos)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	report, err := cmd.Output() // findings are no error in this format
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", scanner, err, strings.TrimSpace(stderr.String()))
	}
	return finding.Read(bytes.NewReader(report))
}
