// Package gobuild builds the programs so that the same source makes the same bytes: by one version of Go,
// and by nothing that a machine or its user is set to.
package gobuild

import (
	"context"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Programs are what a release is of.
var Programs = []string{"mirror", "controller"}

// A Platform is what a program runs on.
type Platform struct{ OS, Arch string }

func (p Platform) String() string { return p.OS + "/" + p.Arch }

// Executable returns the name of a program's file.
func (p Platform) Executable(program string) string {
	if p.OS == "windows" {
		return program + ".exe"
	}
	return program
}

// ParsePlatform reads OS/ARCH.
func ParsePlatform(s string) (Platform, error) {
	system, arch, ok := strings.Cut(s, "/")
	if !ok || system == "" || arch == "" || strings.Contains(arch, "/") {
		return Platform{}, fmt.Errorf("platform %q is not OS/ARCH", s)
	}
	return Platform{system, arch}, nil
}

// A Source is the source code of a version, and the environment of the process that builds it.
type Source struct {
	Dir             string
	Version, Commit string // which the programs print
	Environ         []string
	Go              string // the version of Go that builds it: go1.26.8
}

// tags leave out C libraries, what Lambda's old runtimes needed, and web pages of traces, as the Dockerfile does.
const tags = "containers_image_openpgp,lambda.norpc,grpcnotrace"

// Build writes the programs for a platform into a directory.
func (s Source) Build(ctx context.Context, p Platform, into string) error {
	args := []string{
		"build", "-trimpath", "-buildvcs=false", "-mod=readonly", "-tags=" + tags,
		"-ldflags=-s -w -X ecrmirror/internal/buildinfo.version=" + s.Version +
			" -X ecrmirror/internal/buildinfo.commit=" + s.Commit,
		"-o", into + string(filepath.Separator),
	}
	for _, program := range Programs {
		args = append(args, "./cmd/"+program)
	}
	if _, err := s.run(ctx, p, args...); err != nil {
		return fmt.Errorf("building for %s: %w", p, err)
	}
	for _, program := range Programs {
		path := filepath.Join(into, p.Executable(program))
		built, err := buildinfo.ReadFile(path)
		if err != nil {
			return fmt.Errorf("reading what %s was built from: %w", path, err)
		}
		if built.GoVersion != s.Go {
			return fmt.Errorf("%s was built by %s and not by %s", path, built.GoVersion, s.Go)
		}
	}
	return nil
}

// List runs go list for what the programs are built from on a platform, and returns its lines.
func (s Source) List(ctx context.Context, p Platform, format string) ([]string, error) {
	args := []string{"list", "-deps", "-mod=readonly", "-tags=" + tags, "-f", format}
	for _, program := range Programs {
		args = append(args, "./cmd/"+program)
	}
	out, err := s.run(ctx, p, args...)
	if err != nil {
		return nil, fmt.Errorf("listing what is built for %s: %w", p, err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n"), nil
}

func (s Source) run(ctx context.Context, p Platform, args ...string) ([]byte, error) {
	settings, err := s.settings(ctx)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = s.Dir
	cmd.Env = environment(s.Environ, settings, p)
	cmd.Stderr = os.Stderr
	return cmd.Output()
}

// fetching are the settings of Go that say where modules come from and where they are kept, and not what is built.
var fetching = []string{
	"GOPATH", "GOMODCACHE", "GOCACHE", "GOPROXY", "GONOPROXY", "GOSUMDB", "GONOSUMDB", "GOPRIVATE", "GOINSECURE",
	"GOVCS", "GOAUTH", "GOTOOLCHAIN",
}

// settings returns those settings as they are on this machine, be they in the environment or in a file.
func (s Source) settings(ctx context.Context) (map[string]string, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"env", "-json"}, fetching...)...)
	cmd.Dir = s.Dir
	cmd.Env = s.Environ
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	settings := map[string]string{}
	return settings, json.Unmarshal(out, &settings)
}

// environment returns the environment of a build: that of this process without anything that is Go's or a
// C compiler's, and then the settings and what a release is built with.
func environment(environ []string, settings map[string]string, p Platform) []string {
	env := slices.DeleteFunc(slices.Clone(environ), func(variable string) bool {
		return strings.HasPrefix(variable, "GO") || strings.HasPrefix(variable, "CGO_")
	})
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		if settings[name] != "" {
			env = append(env, name+"="+settings[name])
		}
	}
	return append(env,
		"GOENV=off", "GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0", "GOOS="+p.OS, "GOARCH="+p.Arch, "GOAMD64=v1",
		"GOARM64=v8.0", "GOFIPS140=off")
}
