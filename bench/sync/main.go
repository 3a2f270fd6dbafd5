// Command sync has mirror sync, regsync and skopeo sync mirror the same selection of tags, under the same conditions:
// for the first time, again with nothing changed, and with one tag moved. It says how long each took, what it asked of
// the registries and how many lines of configuration it was given.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"runtime/debug"

	"ecrmirror/testkit/command"
	"ecrmirror/testkit/programs"
)

// errMissed makes the exit code 1 with -strict.
var errMissed = errors.New("a promise was missed (without -strict that is no failure)")

func main() {
	debug.SetGCPercent(400) // the servers make little garbage; collecting it less often leaves more to the programs
	command.Main("bench/sync", run)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	f, err := parseFlags(args, stderr)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench-sync-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	mirror, measure, err := programs.Build(ctx, dir, f.mirror)
	if err != nil {
		return err
	}
	list, notes, err := installed(ctx, mirror, command.Split(f.peers))
	if err != nil {
		return err
	}
	b, err := newBench(f, dir, measure, list, stderr)
	if err != nil {
		return err
	}
	b.result.Notes = notes
	if err := b.all(ctx); err != nil {
		return err
	}
	kept, err := b.report(stdout)
	if err == nil && f.strict && !kept {
		err = errMissed
	}
	return err
}

// installed returns mirror and the peers that are named, or those of both that are installed; the notes name the other.
func installed(
	ctx context.Context, mirror programs.Program, names []string,
) (list []programs.Program, notes []string, err error) {
	list = []programs.Program{mirror}
	if len(names) > 0 {
		peers, err := programs.Find(ctx, names)
		return append(list, peers...), nil, err
	}
	for _, name := range []string{regsync, skopeo} {
		peer, err := programs.Find(ctx, []string{name})
		if err != nil {
			notes = append(notes, "Left out: "+err.Error()+".")
			continue
		}
		list = append(list, peer...)
	}
	return list, notes, nil
}
