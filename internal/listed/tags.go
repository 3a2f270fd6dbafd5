// Package listed collects what registries list: the tags of a repository, the repositories of a namespace. Each comes
// once, in order, and the memory that it takes is bounded, whatever a registry sends.
package listed

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"
)

const (
	// MostTags is how many tags are read of a repository, counted as they are listed, with repetitions.
	MostTags = 200_000
	// mostBytes is how many bytes the tags of a repository may take: those of 200,000 names, or of 130,000 with their
	// digests.
	mostBytes = 32 << 20
	// tagBytes is what a tag takes besides its name and its digest.
	tagBytes = 64
	// freeTags is how many tags are collected without room for a large list.
	freeTags = 5_000
)

// A Tag is one that a registry lists, with what its list tells besides.
type Tag struct {
	Name string
	// Digest is what the tag points at; "" where the list does not tell it, or tells several.
	Digest digest.Digest
	// Uploaded is when the registry got the image; the zero time where the list does not tell it.
	Uploaded time.Time
}

// Tags are all tags of a repository.
type Tags struct {
	Tags    []Tag // in the order of their names, each once
	Dropped int   // names in the list that no tag can have
}

// isTag reports whether a tag can have that name: [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127} (OCI Distribution Specification,
// "Pulling manifests").
func isTag(name string) bool {
	for i, c := range []byte(name) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_':
		case i > 0 && (c == '.' || c == '-'):
		default:
			return false
		}
	}
	return name != "" && len(name) <= 128
}

// Room is for one large list at a time, in a whole process. Lists of up to 5,000 tags need none.
type Room chan struct{}

// NewRoom returns room that nobody uses.
func NewRoom() Room { return make(Room, 1) }

// A TagCollector takes the tags of one repository as they are listed. It is for one goroutine.
type TagCollector struct {
	room Room
	held bool
	said []said
	TagMark
}

// said is what was said of a tag: that it is listed, or only what it points at.
type said struct {
	Tag
	listed bool
}

// A TagMark is a point that a collector can go back to.
type TagMark struct{ kept, listed, dropped, bytes int }

// Collect returns a collector. The caller calls its Close.
func (r Room) Collect() *TagCollector { return &TagCollector{room: r} }

// Close gives back the room that the collector had.
func (c *TagCollector) Close() {
	if c.held {
		<-c.room
		c.held = false
	}
}

// Add takes a tag that is listed. A name that no tag can have is dropped and counted. From the 5,000th tag on it may
// wait for other large lists, until ctx ends. A list of more than 200,000 tags, or 32 MiB, is [ErrTooMany].
func (c *TagCollector) Add(ctx context.Context, tag Tag) error {
	if !isTag(tag.Name) {
		c.dropped++
		return nil
	}
	if c.listed++; c.listed > MostTags {
		return fmt.Errorf("%w: it has more than %d tags", ErrTooMany, MostTags)
	}
	return c.keep(ctx, said{tag, true})
}

// Note takes what is said of a tag beside the list. It is no tag unless it is listed, too.
func (c *TagCollector) Note(ctx context.Context, tag Tag) error {
	if !isTag(tag.Name) {
		return nil
	}
	return c.keep(ctx, said{tag, false})
}

func (c *TagCollector) keep(ctx context.Context, s said) error {
	if c.bytes += tagBytes + len(s.Name) + len(s.Digest); c.bytes > mostBytes {
		return fmt.Errorf("%w: its tags take more than %d MiB", ErrTooMany, mostBytes>>20)
	}
	if c.kept++; c.kept > freeTags && !c.held {
		select {
		case c.room <- struct{}{}:
			c.held = true
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	c.said = append(c.said, s)
	return nil
}

// Mark returns the point that the collector is at.
func (c *TagCollector) Mark() TagMark { return c.TagMark }

// Reset forgets what came after a mark.
func (c *TagCollector) Reset(to TagMark) { c.TagMark, c.said = to, c.said[:to.kept] }

// Tags returns what was listed. The collector is not to be used any more, but for Close.
func (c *TagCollector) Tags() Tags {
	slices.SortStableFunc(c.said, func(a, b said) int { return cmp.Compare(a.Name, b.Name) })
	tags := Tags{Dropped: c.dropped, Tags: make([]Tag, 0, c.listed)}
	for rest := c.said; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].Name == rest[0].Name {
			n++
		}
		if tag, listed := joined(rest[:n]); listed {
			tags.Tags = append(tags.Tags, tag)
		}
		rest = rest[n:]
	}
	return tags
}

// joined returns what all that was said of one tag comes to. Where that is several digests, the tag moved while it was
// listed, and none is known.
func joined(all []said) (tag Tag, listed bool) {
	tag.Name = all[0].Name
	several := false
	for _, s := range all {
		listed = listed || s.listed
		switch {
		case s.Digest == "" || s.Digest == tag.Digest:
		case tag.Digest != "":
			several = true
		default:
			tag.Digest, tag.Uploaded = s.Digest, s.Uploaded
		}
	}
	if several {
		tag.Digest, tag.Uploaded = "", time.Time{}
	}
	return tag, listed
}
