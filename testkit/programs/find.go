package programs

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Find returns the peers that are installed: those that are named, or all but
// regsync, which has regctl's engine. It fails if one that is named is missing.
func Find(ctx context.Context, names []string) ([]Program, error) {
	var found []Program
	if slices.Equal(names, []string{"none"}) {
		return nil, nil
	}
	for _, p := range known() {
		if len(names) > 0 && !slices.Contains(names, p.Name) || len(names) == 0 && p.Name == "regsync" {
			continue
		}
		path, err := lookUp(p.Name)
		if err != nil {
			if len(names) > 0 {
				return nil, fmt.Errorf("peer %s is not installed: try make bench-peers", p.Name)
			}
			continue
		}
		p.Path = path
		p.Version = version(ctx, p)
		if p.Name == "skopeo" && Mentions(ctx, path, "--image-parallel-copies", "copy", "--help") {
			p.Settings = append(p.Settings, Wide, Wider)
		}
		found = append(found, p)
	}
	for _, name := range names {
		if !slices.ContainsFunc(known(), func(p Program) bool { return p.Name == name }) {
			return nil, fmt.Errorf("unknown peer %q", name)
		}
	}
	return found, nil
}

// List prints programs, their names in a column of so many characters.
func List(w io.Writer, width int, list []Program) error {
	for _, p := range list {
		if _, err := fmt.Fprintf(w, "%-*s %s, %s\n", width, p.Name, p.Version, p.Path); err != nil {
			return err
		}
	}
	return nil
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
func version(ctx context.Context, p Program) string {
	argument := "version"
	if p.Name == "skopeo" {
		argument = "--version"
	}
	out, err := exec.CommandContext(ctx, p.Path, argument).Output()
	if err != nil {
		return "unknown"
	}
	for _, word := range strings.Fields(string(out)) {
		if number := strings.TrimPrefix(word, "v"); len(number) > 0 && number[0] >= '0' && number[0] <= '9' &&
			strings.Contains(number, ".") {
			return number
		}
	}
	if p.Name == Ours {
		return "built"
	}
	return "unknown"
}

// Mentions tells whether the program's help has a word in it.
func Mentions(ctx context.Context, path, word string, args ...string) bool {
	out, _ := exec.CommandContext(ctx, path, args...).CombinedOutput() // help may end with an error
	return strings.Contains(string(out), word)
}
