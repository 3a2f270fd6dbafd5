// Package programs knows the programs that are measured: this project's and its peers. It builds the
// first, finds the others, writes their command lines and runs them.
package programs

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Ours is the name of this project's program; all others are peers.
const Ours = "mirror"

// Settings of programs: how many blobs, or requests, at once.
const (
	ByDefault = "default"
	Wide      = "16 wide"
	Wider     = "32 wide"
)

// width returns the number of a setting, 0 for the default.
func width(setting string) int {
	switch setting {
	case Wide:
		return 16
	case Wider:
		return 32
	}
	return 0
}

// A Program copies images.
type Program struct {
	Name, Path, Version string
	Settings            []string
	// Commands returns the commands that make a copy to all destinations: one for the
	// project's own, one for each destination for peers. They run at once.
	Commands func(Copy) [][]string
	// Repository returns those that copy all tags of a repository to all destinations; nil where it has no such way.
	Repository func(Copy) [][]string
	// Prepare makes the settings in the program's home before; nil if there are none.
	Prepare func(context.Context, Copy) error
}

// A Copy is one that a program is to make.
type Copy struct {
	Path         string // of the program
	Home         string // an empty directory
	Setting      string
	Source       string // an image name; of a repository, where there are Tags
	Destinations []string
	Tags         []string // all of a repository
	Environment  []string // of every command
	Budget       string   // of memory, for this project's own; "" = its default
}

// Environment returns that of programs with homes and directories for temporary files of their own;
// more comes after it.
func Environment(home, temp string, more []string) []string {
	path := os.Getenv("PATH") //nolint:forbidigo // the programs' environment
	return append([]string{
		"HOME=" + home, "XDG_RUNTIME_DIR=" + home, "TMPDIR=" + temp, "PATH=" + path,
	}, more...)
}

// Mirror returns how this project's program is called.
func Mirror(c Copy) [][]string {
	if len(c.Tags) > 0 {
		return [][]string{mirrorRepository(c)}
	}
	command := []string{c.Path, c.Source}
	if c.Budget != "" {
		command = append(command, "--memory-budget", c.Budget)
	}
	return [][]string{append(command, c.Destinations...)}
}

// known are the peers, by what is known of their command lines.
func known() []Program {
	return []Program{
		{
			Name: "skopeo", Settings: []string{ByDefault}, Repository: each(skopeoRepository),
			Commands: each(func(c Copy, to string) []string {
				command := []string{
					c.Path, "copy", "--insecure-policy", "--all", "--preserve-digests", "--src-tls-verify=false",
					"--dest-tls-verify=false",
				}
				if n := width(c.Setting); n > 0 {
					command = append(command, "--image-parallel-copies", strconv.Itoa(n))
				}
				return append(command, "docker://"+c.Source, "docker://"+to)
			}),
		},
		{
			Name: "crane", Settings: []string{ByDefault, Wide, Wider}, Repository: each(craneRepository),
			Commands: each(func(c Copy, to string) []string {
				command := []string{c.Path, "copy", c.Source, to}
				if n := width(c.Setting); n > 0 {
					command = append(command, "--jobs", strconv.Itoa(n))
				}
				return command
			}),
		},
		{Name: "regctl", Settings: []string{ByDefault, Wide, Wider}, Prepare: prepareRegctl, Commands: each(func(c Copy,
			to string,
		) []string {
			return []string{c.Path, "image", "copy", c.Source, to}
		})},
		{
			Name: "regsync", Settings: []string{ByDefault, Wide, Wider}, Prepare: prepareRegsync,
			Commands: each(regsync), Repository: each(regsync),
		},
		{
			Name: "oras", Settings: []string{ByDefault, Wide, Wider}, Repository: each(orasRepository),
			Commands: each(func(c Copy, to string) []string {
				command := []string{c.Path, "copy", "--from-plain-http", "--to-plain-http", c.Source, to}
				if n := width(c.Setting); n > 0 {
					command = append(command, "--concurrency", strconv.Itoa(n))
				}
				return command
			}),
		},
	}
}

// each makes a command for each destination, as people do who have several.
func each(command func(Copy, string) []string) func(Copy) [][]string {
	return func(c Copy) [][]string {
		var commands [][]string
		for _, to := range c.Destinations {
			commands = append(commands, command(c, to))
		}
		return commands
	}
}

// prepareRegctl writes the settings of both registries to its home.
func prepareRegctl(ctx context.Context, c Copy) error {
	for _, host := range hosts(c) {
		args := []string{"registry", "set", host, "--tls", "disabled", "--skip-check"}
		if n := width(c.Setting); n > 0 {
			args = append(args, "--req-concurrent", strconv.Itoa(n))
		}
		command := exec.CommandContext(ctx, c.Path, args...)
		command.Env = c.Environment
		if out, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("regctl registry set: %w: %s", err, out)
		}
	}
	return nil
}

func prepareRegsync(_ context.Context, c Copy) error {
	for _, to := range c.Destinations {
		var b strings.Builder
		b.WriteString("version: 1\ncreds:\n")
		for _, host := range hosts(c) {
			fmt.Fprintf(&b, "  - registry: %q\n    tls: disabled\n", host)
			if n := width(c.Setting); n > 0 {
				fmt.Fprintf(&b, "    reqConcurrent: %d\n", n)
			}
		}
		b.WriteString(syncEntries(c, to))
		if err := os.WriteFile(regsyncConfig(c, to), []byte(b.String()), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func regsync(c Copy, to string) []string {
	return []string{c.Path, "once", "--config", regsyncConfig(c, to)}
}

func regsyncConfig(c Copy, to string) string {
	return filepath.Join(c.Home, fmt.Sprintf("regsync-%d.yml", slices.Index(c.Destinations, to)))
}

// hosts returns the registries of a copy.
func hosts(c Copy) []string {
	var hosts []string
	for _, name := range append([]string{c.Source}, c.Destinations...) {
		host, _, _ := strings.Cut(name, "/")
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return hosts
}
