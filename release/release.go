package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"

	"ecrmirror/release/archive"
	"ecrmirror/release/checkout"
	"ecrmirror/release/gobuild"
)

// A release is what is asked for.
type release struct {
	checkout  string // directory
	out       string
	tag       string // "" where the commit has one at most
	platforms []gobuild.Platform
	environ   []string
	log       io.Writer
}

// A work is a release on its way.
type work struct {
	release
	commit checkout.Checkout
	source gobuild.Source
	bin    string // the programs, in a directory for each platform
	dist   string // what becomes out
}

func (r release) make(ctx context.Context) error {
	if err := replaceable(r.out); err != nil {
		return err
	}
	commit, err := checkout.Read(ctx, r.checkout, r.tag)
	if err != nil {
		return err
	}
	before, err := commit.Previous(ctx)
	if err != nil {
		return err
	}
	r.announce(commit)
	temporary, err := os.MkdirTemp("", "release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	w := work{release: r, commit: commit, bin: filepath.Join(temporary, "bin"), dist: filepath.Clean(r.out) + ".part"}
	defer os.RemoveAll(w.dist)
	if err := emptied(w.dist); err != nil {
		return err
	}
	if err := w.build(ctx, filepath.Join(temporary, "source")); err != nil {
		return err
	}
	if err := w.modules(ctx, before, filepath.Join(temporary, "previous")); err != nil {
		return err
	}
	if err := writeChecksums(w.dist); err != nil {
		return err
	}
	return w.put()
}

// announce says what is released.
func (r release) announce(commit checkout.Checkout) {
	if !commit.Tagged {
		fmt.Fprintln(r.log, "the commit has no tag like v1.2.3: this is no release, but a snapshot")
	}
	fmt.Fprintf(r.log, "ecrmirror %s, commit %s\n", commit.Version, commit.Commit)
}

// emptied makes a directory that has nothing in it.
func emptied(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.MkdirAll(dir, 0o755)
}

// build exports the source and builds the programs, and writes all that a release has.
func (w *work) build(ctx context.Context, source string) error {
	if err := w.export(ctx, source); err != nil {
		return err
	}
	extras, err := w.extras(ctx)
	if err != nil {
		return err
	}
	licenses := map[gobuild.Platform][]archive.File{}
	for _, p := range w.platforms {
		if err := w.compile(ctx, p); err != nil {
			return err
		}
		if licenses[p], err = w.licenses(ctx, p); err != nil {
			return err
		}
		if err := w.archive(p, slices.Concat(extras, licenses[p])); err != nil {
			return err
		}
		if err := w.bills(p); err != nil {
			return err
		}
	}
	return w.image(licenses)
}

// export writes the commit's files into a directory, to be built by the Go that they name.
func (w *work) export(ctx context.Context, source string) error {
	if err := w.commit.Export(ctx, source); err != nil {
		return err
	}
	toolchain, err := toolchain(filepath.Join(source, "go.mod"))
	if err != nil {
		return err
	}
	// This process compresses what it builds, which depends on the version of Go as well.
	if running := runtime.Version(); running != toolchain {
		return fmt.Errorf("this is %s, and a release is made by %s: make release takes that one", running, toolchain)
	}
	w.source = gobuild.Source{
		Dir: source, Version: w.commit.Version, Commit: w.commit.Commit, Environ: w.environ, Go: toolchain,
	}
	return nil
}

// put puts the release where it was asked for.
func (w *work) put() error {
	if err := os.RemoveAll(w.out); err != nil {
		return err
	}
	return os.Rename(w.dist, w.out)
}

// replaceable says whether a directory may be written anew: there is none, or it is empty, or has a release.
func replaceable(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, checksums)); err != nil {
		return fmt.Errorf("%s has files but no %s, so it is no release to replace: name another directory, or remove "+
			"it", dir, checksums)
	}
	return nil
}

var toolchainLine = regexp.MustCompile(`(?m)^toolchain (go[0-9.]+)$`)

// toolchain returns the version of Go that a go.mod names.
func toolchain(path string) (string, error) {
	mod, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	line := toolchainLine.FindSubmatch(mod)
	if line == nil {
		return "", errors.New("go.mod names no toolchain, by which a release is made")
	}
	return string(line[1]), nil
}
