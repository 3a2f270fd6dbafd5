// Package digesttags finds what digest tags name: by one list of all tags of a repository, for as many subjects as are
// asked for, or, where there is no such list, by asking for the tags of each subject.
package digesttags

import (
	"context"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/flight"
	"ecrmirror/internal/listed"
	"ecrmirror/internal/transient"
)

// A Repository is where tags are looked for.
type Repository struct {
	// List returns all tags. An error that will not pass means that there is no list, or that it is too long.
	List func(ctx context.Context) (listed.Tags, error)
	// Ask returns which of some tags there are, with their digests.
	Ask func(ctx context.Context, tags []string) (map[string]digest.Digest, error)
}

// Tags are the digest tags and fallback tags of a repository. They are listed at most once, before the first answer: a
// tag that comes later is not seen. They are safe for concurrent use.
type Tags struct {
	in   Repository
	told *flight.Memo[struct{}, *list]
}

// A list has those tags of a repository that are named after digests.
type list struct {
	isWhole bool                     // otherwise there is none, and each tag is asked for
	digests map[string]digest.Digest // "" where the list does not say
}

// New returns the tags of a repository. Nothing is asked for yet.
func New(in Repository) *Tags {
	return &Tags{in: in, told: flight.NewMemo[struct{}, *list](1)}
}

// Of returns the artifacts that digest tags of a subject name, in the order of the tags.
func (t *Tags) Of(ctx context.Context, subject digest.Digest) ([]artifacts.Artifact, error) {
	all, err := t.list(ctx)
	if err != nil {
		return nil, err
	}
	digests := map[string]digest.Digest{}
	var names, unknown []string
	for _, tag := range artifacts.DigestTags(subject) {
		name := tag.String()
		d, there := all.digests[name]
		if all.isWhole && !there {
			continue
		}
		names = append(names, name)
		if digests[name] = d; d == "" {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		asked, err := t.in.Ask(ctx, unknown)
		if err != nil {
			return nil, err
		}
		for _, name := range unknown {
			digests[name] = asked[name]
		}
	}
	var found []artifacts.Artifact
	for _, name := range names {
		if d := digests[name]; d != "" {
			found = append(found, artifacts.Artifact{Digest: d, Size: -1, Tag: name})
		}
	}
	return found, nil
}

// MayHaveFallback reports whether there may be an index at the fallback tag of a subject.
func (t *Tags) MayHaveFallback(ctx context.Context, subject digest.Digest) (bool, error) {
	all, err := t.list(ctx)
	if err != nil {
		return false, err
	}
	_, there := all.digests[artifacts.FallbackTag(subject).String()]
	return there || !all.isWhole, nil
}

// list returns the list, which the first that asks for it gets for all.
func (t *Tags) list(ctx context.Context) (*list, error) {
	return t.told.Do(ctx, struct{}{}, func() (*list, error) {
		all, err := t.in.List(ctx)
		if err != nil && (ctx.Err() != nil || transient.Is(err)) {
			return nil, err
		}
		return &list{isWhole: err == nil, digests: named(all)}, nil
	})
}

// named returns those tags that are named after digests.
func named(all listed.Tags) map[string]digest.Digest {
	digests := map[string]digest.Digest{}
	for _, tag := range all.Tags {
		if _, ok := artifacts.ParseTag(tag.Name); ok {
			digests[tag.Name] = tag.Digest
		}
	}
	return digests
}
