package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ecrmirror/bench/result"
)

// A program copies images.
type program struct {
	name, path, version string
	settings            []string
	// commands returns the commands that copy src to all destinations: one for the
	// project's own, one for each destination for peers. They run at once.
	commands func(c copyJob) [][]string
	// prepare makes the settings in the program's home before; nil if there are none.
	prepare func(ctx context.Context, c copyJob) error
}

// A copyJob is one copy that a program is to make.
type copyJob struct {
	path         string // of the program
	home         string // an empty directory
	setting      string
	source       string // an image name
	destinations []string
	environment  []string // of every command
	budget       string
}

// mirrorCommand is how this project's program is called.
func mirrorCommand(c copyJob) [][]string {
	command := []string{c.path, c.source}
	if c.budget != "" {
		command = append(command, "--memory-budget", c.budget)
	}
	return [][]string{append(command, c.destinations...)}
}

// known are the peers, by what is known of their command lines.
func known() []program {
	return []program{
		{name: "skopeo", settings: []string{byDefault}, commands: each(func(c copyJob, to string) []string {
			command := []string{c.path, "copy", "--insecure-policy", "--all", "--preserve-digests", "--src-tls-verify=false", "--dest-tls-verify=false"}
			if n := width(c.setting); n > 0 {
				command = append(command, "--image-parallel-copies", strconv.Itoa(n))
			}
			return append(command, "docker://"+c.source, "docker://"+to)
		})},
		{name: "crane", settings: []string{byDefault, wide, wider}, commands: each(func(c copyJob, to string) []string {
			command := []string{c.path, "copy", c.source, to}
			if n := width(c.setting); n > 0 {
				command = append(command, "--jobs", strconv.Itoa(n))
			}
			return command
		})},
		{name: "regctl", settings: []string{byDefault, wide, wider}, prepare: prepareRegctl, commands: each(func(c copyJob, to string) []string {
			return []string{c.path, "image", "copy", c.source, to}
		})},
		{name: "regsync", settings: []string{byDefault, wide, wider}, prepare: prepareRegsync, commands: each(func(c copyJob, to string) []string {
			return []string{c.path, "once", "--config", regsyncConfig(c, to)}
		})},
		{name: "oras", settings: []string{byDefault, wide, wider}, commands: each(func(c copyJob, to string) []string {
			command := []string{c.path, "copy", "--from-plain-http", "--to-plain-http", c.source, to}
			if n := width(c.setting); n > 0 {
				command = append(command, "--concurrency", strconv.Itoa(n))
			}
			return command
		})},
	}
}

// each makes a command for each destination, as people do who have several.
func each(command func(copyJob, string) []string) func(copyJob) [][]string {
	return func(c copyJob) [][]string {
		var commands [][]string
		for _, to := range c.destinations {
			commands = append(commands, command(c, to))
		}
		return commands
	}
}

// prepareRegctl writes the settings of both registries to its home.
func prepareRegctl(ctx context.Context, c copyJob) error {
	for _, host := range hosts(c) {
		args := []string{"registry", "set", host, "--tls", "disabled", "--skip-check"}
		if n := width(c.setting); n > 0 {
			args = append(args, "--req-concurrent", strconv.Itoa(n))
		}
		command := exec.CommandContext(ctx, c.path, args...)
		command.Env = c.environment
		if out, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("regctl registry set: %w: %s", err, out)
		}
	}
	return nil
}

func prepareRegsync(_ context.Context, c copyJob) error {
	for _, to := range c.destinations {
		var b strings.Builder
		b.WriteString("version: 1\ncreds:\n")
		for _, host := range hosts(c) {
			fmt.Fprintf(&b, "  - registry: %q\n    tls: disabled\n", host)
			if n := width(c.setting); n > 0 {
				fmt.Fprintf(&b, "    reqConcurrent: %d\n", n)
			}
		}
		fmt.Fprintf(&b, "sync:\n  - source: %q\n    target: %q\n    type: image\n", c.source, to)
		if err := os.WriteFile(regsyncConfig(c, to), []byte(b.String()), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func regsyncConfig(c copyJob, to string) string {
	return filepath.Join(c.home, fmt.Sprintf("regsync-%d.yml", slices.Index(c.destinations, to)))
}

// hosts returns the registries of a copy.
func hosts(c copyJob) []string {
	var hosts []string
	for _, name := range append([]string{c.source}, c.destinations...) {
		host, _, _ := strings.Cut(name, "/")
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// findPeers returns the peers that are installed: those that are named, or all but
// regsync, which has regctl's engine. It fails if one that is named is missing.
func findPeers(ctx context.Context, names []string) ([]program, error) {
	var found []program
	if slices.Equal(names, []string{"none"}) {
		return nil, nil
	}
	for _, p := range known() {
		if len(names) > 0 && !slices.Contains(names, p.name) || len(names) == 0 && p.name == "regsync" {
			continue
		}
		path, err := lookUp(p.name)
		if err != nil {
			if len(names) > 0 {
				return nil, fmt.Errorf("peer %s is not installed: try make bench-peers", p.name)
			}
			continue
		}
		p.path = path
		p.version = version(ctx, p)
		if p.name == "skopeo" && mentions(ctx, path, "--image-parallel-copies", "copy", "--help") {
			p.settings = append(p.settings, wide, wider)
		}
		found = append(found, p)
	}
	for _, name := range names {
		if !slices.ContainsFunc(known(), func(p program) bool { return p.name == name }) {
			return nil, fmt.Errorf("unknown peer %q", name)
		}
	}
	return found, nil
}

// lookUp finds a peer where make bench-peers puts it, or in PATH.
func lookUp(name string) (string, error) {
	if path, err := filepath.Abs(filepath.Join("bench", ".peers", "bin", name)); err == nil {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return exec.LookPath(name)
}

// version returns what the program says of itself, shortened to the number.
func version(ctx context.Context, p program) string {
	argument := "version"
	if p.name == "skopeo" {
		argument = "--version"
	}
	out, err := exec.CommandContext(ctx, p.path, argument).Output()
	if err != nil {
		return "unknown"
	}
	for _, word := range strings.Fields(string(out)) {
		if number := strings.TrimPrefix(word, "v"); len(number) > 0 && number[0] >= '0' && number[0] <= '9' && strings.Contains(number, ".") {
			return number
		}
	}
	if p.name == result.Ours {
		return "built"
	}
	return "unknown"
}

// mentions tells whether the program's help has a word in it.
func mentions(ctx context.Context, path, word string, args ...string) bool {
	out, _ := exec.CommandContext(ctx, path, args...).CombinedOutput() // help may end with an error
	return strings.Contains(string(out), word)
}
