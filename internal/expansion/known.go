package expansion

import (
	"context"
	"sync"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/listed"
)

const (
	// mostKept is how many tags are kept for those who come later, each in some 150 bytes.
	mostKept = 100_000
	// largest is how many tags a list may have that is kept.
	largest = 5_000
)

// known is what was listed before.
type known struct {
	mu   sync.Mutex
	by   map[imagename.Name]*list // by repositories, in their one form
	kept int                      // tags
}

// A list is that of one repository. Who asks for it holds it.
type list struct {
	sync.Mutex
	is    bool // it is known
	times bool // with times, as far as the registry tells them
	tags  listed.Tags
	err   error
}

// tags lists a repository, unless it is known.
func (k *known) tags(ctx context.Context, lists Lists, of imagename.Name, times bool) (listed.Tags, error) {
	l := k.of(of.Canonical())
	l.Lock()
	defer l.Unlock()
	if l.is && (l.times || !times) {
		return l.tags, l.err
	}
	tags, err := lists.Tags(ctx, of, times)
	if ctx.Err() == nil && k.mayKeep(len(tags.Tags)) {
		l.is, l.times, l.tags, l.err = true, times, tags, err
	}
	return tags, err
}

func (k *known) of(repository imagename.Name) *list {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.by == nil {
		k.by = map[imagename.Name]*list{}
	}
	if k.by[repository] == nil {
		k.by[repository] = &list{}
	}
	return k.by[repository]
}

// mayKeep reports whether there is room for so many tags, and takes it.
func (k *known) mayKeep(tags int) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if tags > largest || k.kept+tags > mostKept {
		return false
	}
	k.kept += tags
	return true
}
