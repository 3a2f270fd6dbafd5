// Package belonging finds what belongs to an image, and adds it to the image's graph: the artifacts of its manifests,
// and those of the artifacts themselves.
//
// What can't be had of them for good is noted, and the image can do without. What can't be had for now is an error:
// without it nobody knows what belongs to the image.
package belonging

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/mirror/graph"
	"ecrmirror/internal/mirror/port"
)

// atOnce is how many manifests are asked about at a time.
const atOnce = 8

// Options of [Add].
type Options struct {
	Filter artifacts.Filter // what is asked for
	Graph  graph.Options    // for reading the artifacts
}

// A Found is what became of what was found.
type Found struct {
	Added    int        // artifacts in the graph
	Unwanted int        // those that were not asked for
	Missing  []*Missing // what can't be had
}

// A Missing is an artifact, or all that belongs to a manifest, that can't be had for good.
type Missing struct {
	Subject  digest.Digest
	Artifact digest.Digest // "" = all that belongs to the subject
	Tag      string        // the digest tag of the artifact, if it has one
	Err      error
}

func (m *Missing) Error() string {
	switch {
	case m.Artifact == "":
		return fmt.Sprintf("artifacts of %s: %v", m.Subject, m.Err)
	case m.Tag != "":
		return fmt.Sprintf("artifact %s of %s: %v", m.Tag, m.Subject, m.Err)
	}
	return fmt.Sprintf("artifact %s of %s: %v", m.Artifact, m.Subject, m.Err)
}

// Unwrap returns why.
func (m *Missing) Unwrap() error { return m.Err }

// errDeep says that artifacts belong to artifacts on too many levels.
var errDeep = fmt.Errorf("%w: artifacts of artifacts are followed for %d levels", artifacts.ErrMany, artifacts.Levels)

// errMost says that an image has too many artifacts.
var errMost = fmt.Errorf("%w: an image may have %d", artifacts.ErrMany, artifacts.Most)

// Add adds what belongs to some manifests of an image to its graph. An error is one that may be gone on another try, or
// wraps [graph.ErrLarge] where the manifests have more bytes than Options.Graph allows; the graph is of no use then.
func Add(
	ctx context.Context, g *graph.Graph, list port.Artifacts, source graph.Source, subjects []digest.Digest,
	opts Options,
) (*Found, error) {
	a := adding{graph: g, list: list, source: source, opts: opts, found: &Found{}, seen: map[digest.Digest]bool{}}
	for range artifacts.Levels {
		if len(subjects) == 0 {
			return a.found, nil
		}
		var err error
		if subjects, err = a.level(ctx, subjects); err != nil {
			return nil, err
		}
	}
	return a.found, a.checkBelow(ctx, subjects)
}

// An adding is the adding of what belongs to one image.
type adding struct {
	graph  *graph.Graph
	list   port.Artifacts
	source graph.Source
	opts   Options
	found  *Found
	seen   map[digest.Digest]bool // subjects that were asked about
}

// A listed is an artifact of a subject.
type listed struct {
	subject digest.Digest
	artifacts.Artifact
	read *graph.Graph
	err  error
}

// level adds the artifacts of some manifests, and returns theirs.
func (a *adding) level(ctx context.Context, subjects []digest.Digest) (next []digest.Digest, err error) {
	found, err := a.ask(ctx, subjects)
	if err != nil {
		return nil, err
	}
	if len(found) > artifacts.Most-a.found.Added {
		for _, l := range found[artifacts.Most-a.found.Added:] {
			a.miss(l, errMost)
		}
		found = found[:artifacts.Most-a.found.Added]
	}
	for some := range slices.Chunk(found, atOnce) {
		a.read(ctx, some)
		for _, l := range some {
			isAdded, err := a.add(ctx, l)
			if err != nil {
				return nil, err
			}
			if isAdded {
				next = append(next, l.Digest)
			}
		}
	}
	return next, nil
}

// add adds an artifact that was read. One that had no room beside those that were read with it, in the largest room
// that there is, is read again by itself, so that those come that are listed first.
func (a *adding) add(ctx context.Context, l *listed) (isAdded bool, err error) {
	if errors.Is(l.err, graph.ErrLarge) && a.isRoomy() {
		a.read(ctx, []*listed{l})
	}
	if l.err == nil && a.isUnwanted(l) {
		return false, nil
	}
	if l.err == nil {
		l.err = a.graph.Add(l.subject, l.Artifact, l.read)
	}
	l.read = nil // what it has is in the graph
	if l.err != nil {
		if err := a.judge(ctx, l.err); err != nil {
			return false, err
		}
		a.miss(l, l.err)
		return false, nil
	}
	a.found.Added++
	return true, nil
}

// ask returns what may be asked for of what belongs to some manifests, in their order.
func (a *adding) ask(ctx context.Context, subjects []digest.Digest) (found []*listed, err error) {
	subjects = slices.DeleteFunc(slices.Clone(subjects), func(d digest.Digest) bool {
		again := a.seen[d]
		a.seen[d] = true
		return again
	})
	lists, errs := make([][]artifacts.Artifact, len(subjects)), make([]error, len(subjects))
	a.each(ctx, len(subjects), func(ctx context.Context, i int) { lists[i], errs[i] = a.list.Of(ctx, subjects[i]) })
	for i, subject := range subjects {
		if errs[i] != nil {
			if err := a.judge(ctx, errs[i]); err != nil {
				return nil, fmt.Errorf("artifacts of %s: %w", subject, err)
			}
			a.found.Missing = append(a.found.Missing, &Missing{Subject: subject, Err: errs[i]})
		}
		for _, artifact := range lists[i] {
			if a.opts.Filter.Judge(artifact) == artifacts.Unwanted {
				a.found.Unwanted++
				continue
			}
			found = append(found, &listed{subject: subject, Artifact: artifact})
		}
	}
	return found, nil
}

// read reads artifacts that were listed. Together they fit into the room that is left beside the graph.
func (a *adding) read(ctx context.Context, some []*listed) {
	room := a.graph.Room(a.opts.Graph.Most)
	a.each(ctx, len(some), func(ctx context.Context, i int) {
		l := some[i]
		var says string
		l.read, says, l.err = a.graph.ReadArtifact(ctx, a.source, l.subject, l.Artifact, a.opts.Graph, room)
		if l.Type == "" {
			l.Type = says
		}
	})
}

// isUnwanted reports whether an artifact that was read is not asked for, as its list did not tell.
func (a *adding) isUnwanted(l *listed) bool {
	unwanted := a.opts.Filter.Judge(l.Artifact) != artifacts.Wanted
	if unwanted {
		a.found.Unwanted++
	}
	return unwanted
}

// each does something for each of so many, some at a time.
func (a *adding) each(ctx context.Context, n int, do func(ctx context.Context, i int)) {
	var g errgroup.Group
	g.SetLimit(atOnce)
	if a.source.OneAtATime() {
		g.SetLimit(1)
	}
	for i := range n {
		g.Go(func() error {
			do(ctx, i)
			return nil
		})
	}
	_ = g.Wait() // each keeps its error
}

// judge returns the error unless the image can do without what it concerns.
func (a *adding) judge(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, graph.ErrLarge):
		if !a.isRoomy() {
			return err
		}
	case errors.Is(err, artifacts.ErrNoList), errors.Is(err, artifacts.ErrMany):
	case a.opts.Graph.Transient(err):
		return err
	}
	return nil
}

// isRoomy reports whether there is no larger room for the manifests.
func (a *adding) isRoomy() bool { return a.opts.Graph.Most == 0 }

func (a *adding) miss(l *listed, err error) {
	a.found.Missing = append(a.found.Missing, &Missing{Subject: l.subject, Artifact: l.Digest, Tag: l.Tag, Err: err})
}

// checkBelow notes what belongs to the artifacts of the deepest level: it is not followed.
func (a *adding) checkBelow(ctx context.Context, subjects []digest.Digest) error {
	below, err := a.ask(ctx, subjects)
	for _, l := range below {
		a.miss(l, errDeep)
	}
	return err
}
