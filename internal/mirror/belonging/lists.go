package belonging

import (
	"context"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/flight"
	"ecrmirror/internal/mirror/port"
)

// Lists remembers the lists of artifacts of the manifests of one repository: several tags may name one image. Each
// subject is asked about once, as long as there are not too many. It is safe for concurrent use.
type Lists struct {
	of   port.Artifacts
	told *flight.Memo[digest.Digest, []artifacts.Artifact]
}

var _ port.Artifacts = (*Lists)(nil)

// NewLists returns lists that remember what others tell.
func NewLists(of port.Artifacts) *Lists {
	return &Lists{of: of, told: flight.NewMemo[digest.Digest, []artifacts.Artifact](mostTold)}
}

// mostTold is of how many subjects lists are remembered: a request of 200 images has some thousands.
const mostTold = 5_000

// Of implements [port.Artifacts]. An error is not remembered.
func (l *Lists) Of(ctx context.Context, subject digest.Digest) ([]artifacts.Artifact, error) {
	return l.told.Do(ctx, subject, func() ([]artifacts.Artifact, error) { return l.of.Of(ctx, subject) })
}
