package check

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"golang.org/x/sync/errgroup"
)

// concurrency is how many blobs are fetched at a time. Their digests are computed
// meanwhile, so more would not be faster on a small machine.
const concurrency = 4

// A Result says how one manifest arrived.
type Result struct {
	Manifest Manifest // of the source
	Digest   v1.Hash  // found at the destination; zero if there is none
	Blobs    int      // fetched, with the right size and digest
	Size     int64    // of these blobs, in bytes
	Err      error    // what does not match; nil if everything does
}

var errDiffers = errors.New("differs from the source")

// Compare compares an image with the tree's: every manifest is fetched, the image's
// own by the name given and those of instances by their digests, and has to be the
// source's byte for byte; and every blob is fetched, once, and has to have its
// digest. There is one result for each manifest of the tree, in its order.
func (t *Tree) Compare(ctx context.Context, image string) []Result {
	results := make([]Result, len(t.Manifests))
	ref, err := name.ParseReference(image)
	verified := map[v1.Hash]int64{}
	for i, m := range t.Manifests {
		r := &results[i]
		r.Manifest = m
		if err != nil {
			r.Err = err
			continue
		}
		if i > 0 {
			ref = ref.Context().Digest(m.Digest.String())
		}
		r.compare(ctx, t.client, ref)
		r.fetch(ctx, t.client, ref.Context(), verified)
	}
	return results
}

// compare fetches the manifest and compares it with the source's.
func (r *Result) compare(ctx context.Context, client *remote.Puller, ref name.Reference) {
	d, err := client.Get(ctx, ref)
	if err != nil {
		r.Err = fmt.Errorf("manifest: %w", err)
		return
	}
	r.Digest = d.Digest
	switch {
	case d.Digest != r.Manifest.Digest || string(d.Manifest) != string(r.Manifest.raw):
		r.Err = fmt.Errorf("manifest: %w", errDiffers)
	case d.MediaType != r.Manifest.Type:
		r.Err = fmt.Errorf("manifest: media type %s: %w", d.MediaType, errDiffers)
	}
}

// fetch fetches the blobs that the source's manifest refers to, except those that
// are verified, with their sizes, already.
func (r *Result) fetch(
	ctx context.Context, client *remote.Puller, repository name.Repository, verified map[v1.Hash]int64,
) {
	var missing []v1.Descriptor
	seen := map[v1.Hash]bool{}
	for _, b := range r.Manifest.blobs {
		if _, ok := verified[b.Digest]; !ok && !seen[b.Digest] {
			missing = append(missing, b)
		}
		seen[b.Digest] = true
	}
	errs := make([]error, len(missing))
	var group errgroup.Group
	group.SetLimit(concurrency)
	for i, b := range missing {
		group.Go(func() error {
			errs[i] = verify(ctx, client, repository, b)
			return nil
		})
	}
	_ = group.Wait() // the errors are in errs
	for i, b := range missing {
		if errs[i] == nil {
			verified[b.Digest] = b.Size
		}
	}
	r.Err = errors.Join(append([]error{r.Err}, errs...)...)
	for digest := range seen {
		if size, ok := verified[digest]; ok {
			r.Blobs++
			r.Size += size
		}
	}
}

// verify fetches a blob and computes its digest.
func verify(ctx context.Context, client *remote.Puller, repository name.Repository, want v1.Descriptor) error {
	layer, err := client.Layer(ctx, repository.Digest(want.Digest.String()))
	if err != nil {
		return fmt.Errorf("blob %s: %w", want.Digest, err)
	}
	content, err := layer.Compressed()
	if err != nil {
		return fmt.Errorf("blob %s: %w", want.Digest, err)
	}
	defer content.Close()
	hash := sha256.New()
	size, err := io.Copy(hash, content)
	if err != nil {
		return fmt.Errorf("blob %s: %w", want.Digest, err)
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != want.Digest.Hex || size != want.Size {
		return fmt.Errorf("blob %s of %d bytes: has sha256:%s and %d bytes: %w", want.Digest, want.Size, got,
			size, errDiffers)
	}
	return nil
}
