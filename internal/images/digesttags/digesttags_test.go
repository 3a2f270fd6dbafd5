package digesttags_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/images/digesttags"
	"ecrmirror/internal/listed"
	"ecrmirror/internal/transient"
)

var (
	subject = digest.FromString("subject")
	signer  = digest.FromString("signature")
	tag     = "sha256-" + subject.Encoded()
)

// A repository is a stand-in, which notes what it is asked.
type repository struct {
	tags  listed.Tags
	lists []error // of each list; then there is one
	has   map[string]digest.Digest
	asked string
	err   error // of asking
}

func (r *repository) open() *digesttags.Tags {
	return digesttags.New(digesttags.Repository{
		List: func(context.Context) (listed.Tags, error) {
			r.asked += " list"
			if len(r.lists) > 0 {
				err := r.lists[0]
				r.lists = r.lists[1:]
				return listed.Tags{}, err
			}
			return r.tags, nil
		},
		Ask: func(_ context.Context, tags []string) (map[string]digest.Digest, error) {
			r.asked += fmt.Sprintf(" %d", len(tags))
			return r.has, r.err
		},
	})
}

func TestDigestTags(t *testing.T) {
	later, never := transient.New("later"), errors.New("never")
	signature := artifacts.Artifact{Digest: signer, Size: -1, Tag: tag + ".sig"}
	has := map[string]digest.Digest{tag + ".sig": signer}
	listOf := func(tags ...listed.Tag) listed.Tags { return listed.Tags{Tags: tags} }
	for _, c := range []struct {
		name string
		repository
		want      []artifacts.Artifact
		fallback  bool
		wantAsked string
	}{
		{"none", repository{tags: listOf(listed.Tag{Name: "latest"})}, nil, false, " list"},
		{
			"a list with digests",
			repository{tags: listOf(listed.Tag{Name: tag + ".sig", Digest: signer})},
			[]artifacts.Artifact{signature},
			false, " list",
		},
		{
			"a list without digests",
			repository{tags: listOf(listed.Tag{Name: tag + ".sig"}), has: has},
			[]artifacts.Artifact{signature},
			false, " list 1",
		},
		{"gone since", repository{tags: listOf(listed.Tag{Name: tag + ".sig"})}, nil, false, " list 1"},
		{"a fallback tag", repository{tags: listOf(listed.Tag{Name: tag})}, nil, true, " list"},
		{"no list", repository{lists: []error{never}, has: has}, []artifacts.Artifact{signature}, true, " list 3"},
		{"a list at another time", repository{lists: []error{later}, tags: listOf(listed.Tag{Name: tag})}, nil, true, " list list"},
	} {
		tags := c.open()
		got, err := tags.Of(t.Context(), subject)
		if errors.Is(err, later) {
			got, err = tags.Of(t.Context(), subject)
		}
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", c.name, err, diff)
		}
		if may, err := tags.MayHaveFallback(t.Context(), subject); err != nil || may != c.fallback {
			t.Errorf("%s: fallback tag: %v, %v", c.name, may, err)
		}
		if c.asked != c.wantAsked {
			t.Errorf("%s: asked%s, want%s", c.name, c.asked, c.wantAsked)
		}
	}
}

func TestErrorsOfAsking(t *testing.T) {
	broken := errors.New("broken")
	r := repository{lists: []error{errors.New("never")}, err: broken}
	if got, err := r.open().Of(t.Context(), subject); got != nil || !errors.Is(err, broken) {
		t.Errorf("%v, %v", got, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	r = repository{lists: []error{context.Canceled}}
	tags := r.open()
	if got, err := tags.Of(ended, subject); got != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := tags.Of(t.Context(), subject); got != nil || err != nil || r.asked != " list list" {
		t.Errorf("who asks next: %v, %v,%s", got, err, r.asked)
	}
}
