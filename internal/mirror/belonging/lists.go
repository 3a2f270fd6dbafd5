package belonging

import (
	"context"
	"sync"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/flight"
	"ecrmirror/internal/mirror/port"
)

// Lists remembers the lists of artifacts of the manifests of one repository: several tags may name one image. Each
// subject is asked about once, as long as there are not too many. It is safe for concurrent use.
type Lists struct {
	of    port.Artifacts
	asked *flight.Flights[digest.Digest, []artifacts.Artifact]

	mu   sync.Mutex
	told map[digest.Digest][]artifacts.Artifact
}

var _ port.Artifacts = (*Lists)(nil)

// NewLists returns lists that remember what others tell.
func NewLists(of port.Artifacts) *Lists {
	return &Lists{
		of: of, asked: flight.New[digest.Digest, []artifacts.Artifact](),
		told: map[digest.Digest][]artifacts.Artifact{},
	}
}

// mostTold is of how many subjects lists are remembered: a request of 200 images has some thousands.
const mostTold = 5_000

// Of implements [port.Artifacts]. An error is not remembered.
func (l *Lists) Of(ctx context.Context, subject digest.Digest) ([]artifacts.Artifact, error) {
	return l.asked.Do(ctx, subject, func() ([]artifacts.Artifact, error) {
		if list, known := l.recall(subject); known {
			return list, nil
		}
		list, err := l.of.Of(ctx, subject)
		if err == nil {
			l.remember(subject, list)
		}
		return list, err
	})
}

func (l *Lists) recall(subject digest.Digest) (list []artifacts.Artifact, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	list, known = l.told[subject]
	return list, known
}

func (l *Lists) remember(subject digest.Digest, list []artifacts.Artifact) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.told) >= mostTold {
		clear(l.told)
	}
	l.told[subject] = list
}
