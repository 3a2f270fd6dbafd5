package registryclient

import (
	"context"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/manifestdigest"
)

// Referrers returns the referrers of a manifest that the registry lists, each once, by a GET for each page. Where it
// has no API for that, the error is [ErrNoReferrers]; of a repository of which that is known, it is not asked again for
// a day. A registry that sends the request elsewhere has none.
//
// A list is whole, or an error: [artifacts.ErrMany], or [artifacts.ErrNoList] where the registry forbids it, or where
// its answers make no sense. The registry is asked at the rate that its answers allow. Where it is rate-limited, the
// error is a [*DeferredError]; where it does not answer, a [*MuteError].
func (r *Repository) Referrers(ctx context.Context, subject digest.Digest) ([]artifacts.Artifact, error) {
	return r.lister.Referrers(ctx, r.reading.Repository, subject)
}

// FallbackReferrers returns the referrers of a manifest that clients list in an index at the fallback tag, where the
// registry has no API: by a GET of the index, and one of the manifest of each. What does not name the subject in its
// own manifest is none, nor is what is gone. The type of each is that of its manifest: what such indexes say of it may
// be wrong (https://github.com/sigstore/cosign/issues/4422).
//
// Without such a tag there are none. Other errors than of the network are as with [Repository.Referrers].
func (r *Repository) FallbackReferrers(ctx context.Context, subject digest.Digest) ([]artifacts.Artifact, error) {
	tag := artifacts.FallbackTag(subject).String()
	index, _, err := r.Manifest(ctx, tag)
	var listed []artifacts.Artifact
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, noList(fmt.Errorf("referrers of %s: %w", subject, err))
	case isOf(index, subject):
		// GitLab's registry takes the tag for the digest, and serves the subject
		// (https://github.com/oras-project/oras-go/issues/1396).
		return nil, nil
	}
	listed, err = artifacts.ParseIndex(index)
	switch {
	case errors.Is(err, artifacts.ErrNoIndex): // but something else that somebody keeps there
		return nil, nil
	case errors.Is(err, artifacts.ErrMany):
		return nil, r.reading.Failed(fmt.Errorf("referrers of %s, at tag %s: %w", subject, tag, err))
	case err != nil:
		err = fmt.Errorf("referrers of %s, at tag %s: %w: %w", subject, tag, artifacts.ErrNoList, err)
		return nil, r.reading.Failed(err)
	}
	return r.naming(ctx, subject, listed)
}

// naming returns those artifacts whose manifests name a subject.
func (r *Repository) naming(
	ctx context.Context, subject digest.Digest, listed []artifacts.Artifact,
) (found []artifacts.Artifact, err error) {
	size := 0
	for _, a := range listed {
		manifest, _, err := r.Manifest(ctx, a.Digest.String())
		switch {
		case errors.Is(err, ErrNotFound):
			continue
		case err != nil:
			return nil, noList(fmt.Errorf("referrers of %s: %w", subject, err))
		case !isOf(manifest, a.Digest):
			err = fmt.Errorf("%w: what is at %s has another digest", artifacts.ErrNoList, a.Digest)
			return nil, r.reading.Failed(fmt.Errorf("referrers of %s: %w", subject, err))
		}
		if size += len(manifest); size > artifacts.MaxList {
			err = fmt.Errorf("%w: their manifests have more than %d MiB", artifacts.ErrMany, artifacts.MaxList>>20)
			return nil, r.reading.Failed(fmt.Errorf("referrers of %s: %w", subject, err))
		}
		if said, err := artifacts.Describe(manifest); err == nil && said.Subject == subject {
			a.Type, a.Size = said.Type, int64(len(manifest))
			found = append(found, a)
		}
	}
	return found, nil
}

// isOf reports whether a manifest has a digest.
func isOf(manifest []byte, d digest.Digest) bool {
	got, err := manifestdigest.By(d.Algorithm(), manifest)
	return err == nil && got == d
}

// noList marks an error that says that the registry does not show its manifests.
func noList(err error) error {
	if refused, ok := errors.AsType[*StatusError](err); ok && refused.IsDenied() {
		return fmt.Errorf("%w: %w", artifacts.ErrNoList, err)
	}
	return err
}
