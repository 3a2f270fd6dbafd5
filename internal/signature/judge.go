package signature

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/image"
	"go.podman.io/image/v5/signature"
	"go.podman.io/image/v5/types"
	"golang.org/x/sync/errgroup"

	"ecrmirror/internal/manifestdigest"
)

const (
	// atOnce is how many manifests are looked at at a time, each of up to 4 MiB and with several times the
	// bytes of its signatures.
	atOnce = 4
	// patience is how long one manifest and its signatures may take to read.
	patience = time.Minute
)

// Name judges an image by its name alone, as far as the policy allows. It reports whether the signatures have to be
// looked at, too. It fails if the policy rejects the image whatever is signed.
func (p *Policy) Name(ctx context.Context, identity types.ImageReference) (signatures bool, err error) {
	if p == nil {
		return false, nil
	}
	err = p.allowed(ctx, image.UnparsedInstance(unread{identity}, nil), identity)
	if errors.Is(err, errUnread) {
		return true, nil
	}
	return false, err
}

// A Source finds a manifest by its digest, and the signatures beside it. It is called by several goroutines
// at once.
type Source interface {
	// Signed returns the manifest of a digest, and reads its signatures when it is asked for them.
	Signed(ctx context.Context, d digest.Digest) (types.UnparsedImage, error)
}

// Image judges an image by the signatures that src finds. identity is the name that the policy knows the image by,
// and that must have been signed. manifests are the digests of all manifests of the image, the root last; each of
// them must be accepted, an index as well as its instances. The manifests that src returns are held against these
// digests.
func (p *Policy) Image(
	ctx context.Context, identity types.ImageReference, src Source, manifests []digest.Digest,
) error {
	if p == nil {
		return nil
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for i := len(manifests) - 1; i >= 0; i-- {
		g.Go(func() error {
			ctx, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			if err := p.manifest(ctx, identity, src, manifests[i]); err != nil {
				return fmt.Errorf("manifest %s: %w", manifests[i], err)
			}
			return nil
		})
	}
	return g.Wait()
}

func (p *Policy) manifest(ctx context.Context, identity types.ImageReference, src Source, want digest.Digest) error {
	unparsed, err := src.Signed(ctx, want)
	if err != nil {
		return err
	}
	// It is kept: these are the very bytes that will be judged. They are held against the digest before, for
	// the library takes digests by libtrust, which panics where a signature of schema 1 is of -1 bytes.
	raw, _, err := unparsed.Manifest(ctx)
	if err != nil {
		return err
	}
	switch got, err := manifestdigest.By(want.Algorithm(), raw); {
	case err != nil:
		return err
	case got != want:
		return fmt.Errorf("it is %s now", got)
	}
	return p.allowed(ctx, unparsed, identity)
}

// allowed returns nil if the policy accepts the manifest under that identity.
func (p *Policy) allowed(ctx context.Context, unparsed types.UnparsedImage, identity types.ImageReference) error {
	policy, err := signature.NewPolicyContext(p.policy) // it is good for one question at a time
	if err != nil {
		return err
	}
	ok, err := policy.IsRunningImageAllowed(ctx, image.UnparsedInstanceWithReference(unparsed, identity))
	switch {
	case errors.Is(err, errUnread):
		return err
	case err == nil && !ok:
		err = errors.New("not accepted")
	case err == nil:
		return policy.Destroy()
	}
	return fmt.Errorf("%s: %w", p.from, err)
}
