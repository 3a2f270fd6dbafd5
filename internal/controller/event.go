package controller

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/table"
)

// EventSources returns the sources of which a push of tag to a repository in
// registry is news: the image's name, and the name without a tag where the tag is
// "latest". Its error says what is wrong with repository or tag.
func EventSources(registry imagename.ECRRegistry, repository, tag string) ([]string, error) {
	if strings.HasPrefix(repository, registry.Host()+"/") {
		return nil, fmt.Errorf("repository %q is to be named without its registry", repository)
	}
	source := registry.Host() + "/" + repository + ":" + tag
	name, err := imagename.Parse(source)
	if err != nil {
		return nil, err
	}
	if name.Repository != repository || name.Tag != tag || name.Digest != "" {
		return nil, fmt.Errorf("repository %q with tag %q does not make an image name", repository, tag)
	}
	if tag == "latest" {
		return []string{source, registry.Host() + "/" + repository}, nil
	}
	return []string{source}, nil
}

// Event does for the entries with the given sources, of which there may be none,
// what a sweep does for all.
func (c *Controller) Event(ctx context.Context, sources []string) (Report, error) {
	r := c.start()
	err := r.judge(ctx, r.named(ctx, sources), r.submitStale)
	return r.finish(ctx, err)
}

// named iterates those entries among sources that are there and have not expired.
func (r *run) named(ctx context.Context, sources []string) iter.Seq2[table.Entry, error] {
	return func(yield func(table.Entry, error) bool) {
		for _, source := range sources {
			entry, err := r.Entries.Get(ctx, source, r.now)
			if errors.Is(err, table.ErrNotFound) || errors.Is(err, table.ErrExpired) {
				r.log.Info("nothing to do", "source", source, "reason", err.Error())
				continue
			}
			if !yield(entry, err) {
				return
			}
		}
	}
}
