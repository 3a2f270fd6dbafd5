// Package share has programs say what is installed beside them: completions for shells and manual pages.
package share

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"ecrmirror/release/archive"
)

// A Program is a program that runs on this machine.
type Program struct {
	Name    string
	Command []string // that runs it
}

// shells are those that a program prints completions for, and the files that they look for.
var shells = []struct{ name, file string }{
	{"bash", "completions/%s.bash"},
	{"zsh", "completions/_%s"},
	{"fish", "completions/%s.fish"},
	{"powershell", "completions/%s.ps1"},
}

// Files returns the completions of programs, and their manual pages of a version and a day; a zero day is not
// told.
func Files(ctx context.Context, version string, day time.Time, programs []Program) ([]archive.File, error) {
	var files []archive.File
	for _, p := range programs {
		for _, shell := range shells {
			script, err := p.run(ctx, "completion", shell.name)
			if err != nil {
				return nil, err
			}
			files = append(files, archive.File{Name: fmt.Sprintf(shell.file, p.Name), Mode: 0o644, Content: script})
		}
		page, err := p.page(ctx, version, day)
		if err != nil {
			return nil, err
		}
		files = append(files, archive.File{Name: "man/" + p.Name + ".1", Mode: 0o644, Content: page})
	}
	return files, nil
}

// page returns the manual page of a program: its help, and that of each of its commands.
func (p Program) page(ctx context.Context, version string, day time.Time) ([]byte, error) {
	text, err := p.run(ctx, "help")
	if err != nil {
		return nil, err
	}
	main := parseHelp(string(text))
	page := page{name: p.Name, version: version, day: day, main: main}
	for _, name := range main.commands() {
		if name == "help" || name == "completion" {
			continue
		}
		text, err := p.run(ctx, "help", name)
		if err != nil {
			return nil, err
		}
		page.commands = append(page.commands, command{name, parseHelp(string(text))})
	}
	return page.roff(), nil
}

// run runs the program with no settings, so that it prints the same for everybody.
func (p Program) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, p.Command[0], append(p.Command[1:len(p.Command):len(p.Command)], args...)...)
	cmd.Env = []string{}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", p.Name, strings.Join(args, " "), err)
	}
	return out, nil
}
