// Command extras writes what is installed beside the programs: completions for shells, and manual pages.
//
//	go run ./release/extras -programs bin -o bin/share
package main

import (
	"context"
	"debug/buildinfo"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"time"

	"ecrmirror/release/gobuild"
	"ecrmirror/release/share"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	programs := flag.String("programs", "bin", "`directory` of the programs")
	out := flag.String("o", "bin/share", "`directory` that is written")
	version := flag.String("version", "devel", "the `version` that manual pages are of")
	flag.Parse()
	if err := write(ctx, *programs, *out, *version); err != nil {
		stop()
		fmt.Fprintln(os.Stderr, "extras:", err)
		os.Exit(1)
	}
}

// write writes what the programs of a directory print into another.
func write(ctx context.Context, dir, out, version string) error {
	var programs []share.Program
	for _, name := range gobuild.Programs {
		program, err := runnable(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		programs = append(programs, share.Program{Name: name, Command: []string{program}})
	}
	files, err := share.Files(ctx, version, time.Time{}, programs)
	if err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(out, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, f.Content, f.Mode); err != nil {
			return err
		}
	}
	return nil
}

// runnable returns the path by which a program of this machine's kind is run.
func runnable(path string) (string, error) {
	built, err := buildinfo.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("reading what %s was built for: %w", path, err)
	}
	for _, s := range built.Settings {
		if s.Key == "GOOS" && s.Value != runtime.GOOS || s.Key == "GOARCH" && s.Value != runtime.GOARCH {
			return "", fmt.Errorf("%s is built for %s=%s, which does not run here: "+
				"take the archive of make release for that platform, which has what this would write",
				path, s.Key, s.Value)
		}
	}
	return filepath.Abs(path)
}
