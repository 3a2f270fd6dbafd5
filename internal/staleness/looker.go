package staleness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/port"
)

// Images tells what belongs to images.
type Images interface {
	// Artifacts opens a repository for the listing of artifacts. Nothing is asked yet.
	Artifacts(ctx context.Context, repository imagename.Name) (port.Artifacts, error)
	// Manifests returns the digests of an image's root manifest and of its instances, given the root's digest.
	Manifests(ctx context.Context, image imagename.Name) ([]digest.Digest, error)
}

// A Looker looks at the artifacts of images. It opens each repository once, and is for one sweep. It is safe for
// concurrent use.
type Looker struct {
	images Images

	mu    sync.Mutex
	lists map[string]port.Artifacts // by place
}

// NewLooker returns a Looker that looks through images.
func NewLooker(images Images) *Looker {
	return &Looker{images: images, lists: map[string]port.Artifacts{}}
}

// A Look is what one look has found.
type Look struct {
	Found string // the fingerprint of what belongs to the image at its source; "" = nothing does
	// Lacks says of each destination whether it lacks some of it. One that has been compared with the same before, as
	// Known says, is not asked again.
	Lacks []bool
	// Unlisted says of each destination why it does not let its artifacts be listed, for good. It lacks all, as far as
	// is known.
	Unlisted []error
}

// A Question is what a look is for.
type Question struct {
	Source imagename.Name // of the artifacts: the image's own repository, or another one
	// Destinations hold the image of that digest. Known are the fingerprints of which each is known to have all; "" =
	// it is not known to.
	Destinations []imagename.Name
	Known        []string
	Digest       digest.Digest
	Filter       artifacts.Filter
}

// Look asks which of the destinations lack what belongs to an image. The error is one that may be gone on another try;
// then nothing is known.
func (l *Looker) Look(ctx context.Context, q Question) (Look, error) {
	manifests, err := l.manifests(ctx, q)
	if err != nil {
		return Look{}, err
	}
	source, err := l.gather(ctx, q.Source, manifests, q.Filter)
	if err != nil {
		return Look{}, err
	}
	look := Look{Lacks: make([]bool, len(q.Destinations)), Unlisted: make([]error, len(q.Destinations))}
	if len(source.Links) == 0 {
		return look, nil
	}
	look.Found = artifacts.Fingerprint(source.Links)
	has := map[string]Gathered{}
	for n, to := range q.Destinations {
		if q.Known[n] == look.Found {
			continue
		}
		at, asked := has[to.Place()]
		if !asked {
			if at, err = l.gather(ctx, to, manifests, q.Filter); err != nil {
				return Look{}, err
			}
			has[to.Place()] = at
		}
		look.Lacks[n], look.Unlisted[n] = len(Missing(source.Links, at.Links)) > 0, at.Unlisted
	}
	return look, nil
}

// manifests reads the digests of the image's manifests at a destination, which costs no pull at the source: in Amazon
// ECR if one is there, which limits none, but records when the last was. Where one fails, the next is asked.
func (l *Looker) manifests(ctx context.Context, q Question) (manifests []digest.Digest, err error) {
	places := slices.Clone(q.Destinations)
	slices.SortStableFunc(places, func(a, b imagename.Name) int {
		return cmp.Compare(elsewhere(a), elsewhere(b))
	})
	var errs []error
	for _, at := range places {
		at.Tag, at.Digest = "", q.Digest
		if manifests, err = l.images.Manifests(ctx, at); err == nil {
			return manifests, nil
		}
		errs = append(errs, fmt.Errorf("manifests of %s: %w", at, err))
		if ctx.Err() != nil {
			break
		}
	}
	return nil, errors.Join(errs...)
}

// elsewhere is 0 of names in Amazon ECR, and 1 of others.
func elsewhere(name imagename.Name) int {
	if name.Kind == imagename.ECR {
		return 0
	}
	return 1
}

// gather lists what belongs to manifests at a place.
func (l *Looker) gather(
	ctx context.Context, at imagename.Name, manifests []digest.Digest, filter artifacts.Filter,
) (found Gathered, err error) {
	lists, err := l.listsAt(ctx, at)
	if err == nil {
		found, err = Gather(ctx, lists, manifests, filter)
	}
	if err != nil {
		return Gathered{}, fmt.Errorf("artifacts in %s: %w", at.Place(), err)
	}
	return found, nil
}

func (l *Looker) listsAt(ctx context.Context, at imagename.Name) (port.Artifacts, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	place := at.Place()
	if l.lists[place] == nil {
		lists, err := l.images.Artifacts(ctx, at)
		if err != nil {
			return nil, err
		}
		l.lists[place] = lists
	}
	return l.lists[place], nil
}
