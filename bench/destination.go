package main

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"ecrmirror/testkit/sink"
)

// A destination is where a copy goes.
type destination interface {
	names(n int) []string // n repositories
	environment() []string
	counts() destinationCounts
	// verify returns an error unless all n repositories have exactly the images.
	verify(ctx context.Context, want contents, n int) error
	close() error
}

type destinationCounts struct {
	calls map[string]int64
	size  int64 // bytes of blobs received
}

// repositoryNames returns the names of n repositories for the images of a case. Their last element is that of the
// source's name, as some programs have it.
func repositoryNames(c benchCase, n int) (names []string) {
	source := sourceRepository(c)
	for i := range n {
		names = append(names, fmt.Sprintf("mirrored-%d%s", i, source[strings.LastIndexByte(source, '/'):]))
	}
	return names
}

// registry is a destination that speaks the registry protocol.
type registry struct {
	server       *sink.Server
	repositories []string
}

func newRegistry(ctx context.Context, repositories []string) (*registry, error) {
	s, err := sink.Start(ctx, sink.Options{})
	return &registry{s, repositories}, err
}

func (r *registry) names(n int) []string {
	var names []string
	for _, name := range r.repositories[:n] {
		names = append(names, r.server.Host()+"/"+name)
	}
	return names
}

func (r *registry) environment() []string { return nil }
func (r *registry) close() error          { return r.server.Close() }

func (r *registry) counts() destinationCounts {
	c := r.server.Counts()
	return destinationCounts{c.Calls, sumOf(c.BytesWritten)}
}

func (r *registry) verify(_ context.Context, want contents, n int) error {
	for i, name := range r.repositories[:n] {
		got := r.server.Repository(name)
		switch {
		case !maps.Equal(got.Tags, want.tags):
			return fmt.Errorf("repository %d: %s", i, otherTags(got, want))
		case !maps.Equal(got.Blobs, want.blobs):
			return fmt.Errorf("repository %d: %d blobs of other digests than the source's %d", i, len(got.Blobs),
				len(want.blobs))
		case len(got.Manifests) != len(want.manifests):
			return fmt.Errorf("repository %d: %d manifests, not %d", i, len(got.Manifests), len(want.manifests))
		}
		for d := range want.manifests {
			if _, ok := got.Manifests[d]; !ok {
				return fmt.Errorf("repository %d: manifest %s is missing", i, d)
			}
		}
	}
	return nil
}

// otherTags says how the tags of a repository differ from what they should be.
func otherTags(got sink.Repository, want contents) string {
	for _, tag := range want.names {
		if got.Tags[tag] != want.tags[tag] {
			return fmt.Sprintf("tag %s is %q, not %q", tag, got.Tags[tag], want.tags[tag])
		}
	}
	return fmt.Sprintf("%d tags, not %d", len(got.Tags), len(want.tags))
}
