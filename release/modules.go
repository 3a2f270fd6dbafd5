package main

import (
	"context"
	"fmt"
	"path/filepath"

	"ecrmirror/release/changes"
	"ecrmirror/release/checkout"
	"ecrmirror/release/gobuild"
)

// modules writes how the modules of the programs, on all platforms together, differ from those of the release before,
// which it exports into a directory.
func (w *work) modules(ctx context.Context, before checkout.Checkout, previous string) error {
	now, err := w.modulesOf(ctx, w.source)
	if err != nil {
		return err
	}
	then := changes.Modules{}
	if before.Commit != "" {
		if err := before.Export(ctx, previous); err != nil {
			return fmt.Errorf("the release before, %s: %w", before.Version, err)
		}
		source := gobuild.Source{Dir: previous, Environ: w.environ}
		if then, err = w.modulesOf(ctx, source); err != nil {
			return fmt.Errorf("the release before, %s: %w", before.Version, err)
		}
	}
	text := changes.Text(w.commit.Version, before.Version, then, now)
	fmt.Fprint(w.log, text)
	return w.write("ecrmirror_"+w.commit.Version+"_modules.txt", []byte(text))
}

// modulesOf returns the modules of a source's programs, on all platforms together, and the Go that it is built by.
func (w *work) modulesOf(ctx context.Context, source gobuild.Source) (changes.Modules, error) {
	modules := changes.Modules{}
	for _, p := range w.platforms {
		lines, err := source.List(ctx, p, changes.Format)
		if err != nil {
			return nil, err
		}
		modules.Add(lines)
	}
	// An old release may name no toolchain: what built it is not known.
	if version, err := toolchain(filepath.Join(source.Dir, "go.mod")); err == nil {
		modules["std"] = version
	}
	return modules, nil
}
