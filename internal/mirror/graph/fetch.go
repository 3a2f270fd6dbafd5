package graph

import (
	"context"
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/mirror/references"
	"ecrmirror/internal/mirror/stall"
)

// fetch reads one manifest, and verifies it against its digest, which is a valid one.
func (r *reader) fetch(ctx context.Context, want digest.Digest) (port.Manifest, error) {
	raw, given, err := r.read(ctx, want)
	if err != nil {
		return port.Manifest{}, err
	}
	m := port.Manifest{Digest: want, MediaType: references.MediaType(raw, given), Content: raw}
	switch {
	case m.MediaType == "":
		err = fmt.Errorf("manifest of unknown media type %q", given)
	case len(raw) > MaxManifest:
		err = fmt.Errorf("manifest has more than %d bytes", MaxManifest)
	default:
		err = r.room.take(int64(len(raw)))
	}
	if err != nil {
		return port.Manifest{}, err
	}
	return m, content.CheckManifest(raw, want)
}

// read reads a manifest where it is: in the source, or else in another manifest.
func (r *reader) read(ctx context.Context, want digest.Digest) (raw []byte, mediaType string, err error) {
	raw, mediaType, err = r.ask(ctx, want)
	if inline, ok := r.graph.Inline[want]; ok && err != nil {
		raw, err = io.ReadAll(inline.Open())
		return raw, "", err
	}
	return raw, mediaType, err
}

// ask asks the source for a manifest.
func (r *reader) ask(ctx context.Context, want digest.Digest) (raw []byte, mediaType string, err error) {
	err = stall.Within(ctx, r.opts.Within, func(ctx context.Context) (err error) {
		raw, mediaType, err = r.source.Manifest(ctx, want.String())
		return err
	})
	return raw, mediaType, err
}

// decide decides about the doubtful members of an index: those that the source does not have as manifests are blobs.
func (r *reader) decide(ctx context.Context, refs *references.References) error {
	isManifest, err := r.areManifests(ctx, refs.Doubtful)
	if err != nil {
		return err
	}
	for i, blob := range refs.Doubtful {
		if isManifest[i] {
			refs.Instances = append(refs.Instances, blob.Digest)
			continue
		}
		if err := blob.CheckSize(); err != nil {
			return fmt.Errorf("blob %q %w", blob.Digest, err)
		}
		refs.Blobs = append(refs.Blobs, blob)
	}
	return nil
}

// areManifests reports for each member of an index whether the source has it as a manifest.
func (r *reader) areManifests(ctx context.Context, members []content.Blob) ([]bool, error) {
	if len(r.seen)+len(members) > maxManifests {
		return nil, fmt.Errorf("more than %d manifests", maxManifests)
	}
	isManifest := make([]bool, len(members))
	g, ctx := r.together(ctx)
	for i, member := range members {
		g.Go(func() error {
			raw, _, err := r.ask(ctx, member.Digest)
			isManifest[i] = err == nil
			switch {
			case err == nil:
				return r.room.take(int64(len(raw))) // it is read again
			case ctx.Err() != nil || r.opts.Transient(err):
				return err
			}
			return nil
		})
	}
	return isManifest, g.Wait()
}
