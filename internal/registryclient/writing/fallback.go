package writing

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/manifestdigest"
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/wire"
	"ecrmirror/internal/sleep"
	"ecrmirror/internal/transient"
)

// mostUpdates is how often an index is put until the referrer is in it.
const mostUpdates = 8

var (
	errLost = transient.New("others change the index again and again, so that the referrer is not in it")
	errAway = errors.New("the registry serves the subject itself there")
)

// AddReferrer adds a manifest, which the repository has, to the index at the fallback tag of its subject, and leaves
// all else that is there as it is. It is for registries that have no referrers API.
//
// Within this process updates of one index come one after another. Others may change it meanwhile. Where the registry
// gives manifests entity tags and honours conditions, nothing is lost; elsewhere what another adds between our read and
// our write is, as by any client (OCI Distribution Specification 1.1, "Unavailable Referrers API"). What we added is
// looked for afterwards, and added again where it was lost.
//
// An index that can't be kept is a [*RefusedError]: something else is at the tag, it has no room, it may not be read,
// or the registry serves the subject itself there.
func (r Repository) AddReferrer(ctx context.Context, subject digest.Digest, e artifacts.Entry) error {
	tag := artifacts.FallbackTag(subject).String()
	done, err := r.registry.indexes.Take(ctx, r.Home("manifests/"+tag).URL.Path)
	if err == nil {
		defer done()
		err = r.addReferrer(ctx, update{tag, subject, e})
	}
	if err != nil {
		return r.Failed(fmt.Errorf("index of referrers, at tag %s: %w", tag, err))
	}
	return nil
}

// An update of an index adds an entry.
type update struct {
	tag     string
	subject digest.Digest
	entry   artifacts.Entry
}

func (r Repository) addReferrer(ctx context.Context, u update) error {
	for tries := range mostUpdates {
		if tries > 0 {
			if err := sleep.For(ctx, r.Pause(errLost, tries)); err != nil {
				return err
			}
		}
		isThere, err := r.merge(ctx, u)
		if err == nil && !isThere {
			isThere, err = r.isListed(ctx, u)
		}
		if err != nil || isThere {
			return err
		}
	}
	return errLost
}

// merge puts the index with the entry, unless it is there.
func (r Repository) merge(ctx context.Context, u update) (isThere bool, err error) {
	index, etag, err := r.readIndex(ctx, u)
	if errors.Is(err, errAway) {
		index, etag, err = nil, "", nil // which may be so as long as there is no such tag
	}
	if err != nil {
		return false, err
	}
	merged, err := artifacts.Merge(index, u.entry)
	switch {
	case err != nil:
		return false, &RefusedError{err}
	case len(merged) == len(index):
		return true, nil
	}
	return false, r.putIndex(ctx, u.tag, merged, conditions(index, etag))
}

// isListed reports whether the entry is in the index.
func (r Repository) isListed(ctx context.Context, u update) (bool, error) {
	index, _, err := r.readIndex(ctx, u)
	if errors.Is(err, errAway) {
		return false, &RefusedError{err}
	}
	if err != nil || index == nil {
		return false, err
	}
	merged, err := artifacts.Merge(index, u.entry)
	return err == nil && len(merged) == len(index), nil
}

// readIndex returns the index at a tag, nil if there is none.
func (r Repository) readIndex(ctx context.Context, u update) (index []byte, etag string, err error) {
	index, etag, err = r.reading.Tagged(ctx, u.tag)
	switch {
	case errors.Is(err, answer.ErrNotFound):
		return nil, "", nil
	case err != nil:
		return nil, "", Unlisted(err)
	}
	if d, err := manifestdigest.By(u.subject.Algorithm(), index); err == nil && d == u.subject {
		// GitLab's registry takes the tag for the digest (https://github.com/oras-project/oras-go/issues/1396).
		return nil, "", errAway
	}
	return index, etag, nil
}

// conditions returns the header by which an index replaces only the one that was read, or none.
func conditions(index []byte, etag string) http.Header {
	h := header("Content-Type", artifacts.IndexType, "If-Match", etag)
	if index == nil {
		h.Set("If-None-Match", "*")
	}
	return h
}

// putIndex puts an index. What became of it shows when it is read; that it was refused for its conditions is no error.
func (r Repository) putIndex(ctx context.Context, tag string, index []byte, header http.Header) error {
	at := r.Home("manifests/" + tag)
	err := r.Retry(ctx, func() error {
		resp, err := r.sendManifest(ctx, at, index, header) //nolint:bodyclose // Discard and Refusal close it
		switch {
		case err != nil:
			return err
		case wire.IsSuccess(resp), resp.StatusCode == http.StatusPreconditionFailed:
			answer.Discard(resp)
			return nil
		}
		return notYet(r.Refusal(resp, at))
	})
	return refused(err, tag)
}
