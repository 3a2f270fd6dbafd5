package receipting

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/receipt"
)

// ErrNone says that there is no receipt for an image that the key has signed.
var ErrNone = errors.New("there is no receipt that the key has signed")

// Check returns the receipts for an image that a key has signed, the newest first. It asks for the image's digest,
// unless its name has one, and lists what belongs to that.
//
// It fails with [mirror.ErrAbsent] if there is no such image, and with [ErrNone] if there is no receipt, besides what
// it returns.
func Check(ctx context.Context, images port.Images, image imagename.Name, key receipt.Key) (Found, error) {
	if image.IsOnDisk() {
		return Found{}, fmt.Errorf("%w: a place on disk has none", ErrNone)
	}
	if image.Digest == "" {
		d, err := images.Digest(ctx, image)
		switch {
		case err != nil:
			return Found{}, fmt.Errorf("reading digest: %w", err)
		case d == "":
			return Found{}, mirror.ErrAbsent
		}
		image.Digest = d
	}
	image.Tag = ""
	list, err := images.Artifacts(ctx, image)
	if err != nil {
		return Found{}, fmt.Errorf("listing artifacts: %w", err)
	}
	source, err := images.Source(ctx, image)
	if err != nil {
		return Found{}, fmt.Errorf("opening: %w", err)
	}
	defer func() { _ = source.Close() }() // nothing of it is left to be read
	found, err := find(ctx, place{list, source}, image.Digest, key)
	if err != nil {
		return Found{}, err
	}
	slices.SortFunc(found.Receipts, func(a, b Signed) int {
		return cmp.Or(b.Receipt.Time.Compare(a.Receipt.Time), cmp.Compare(a.Manifest, b.Manifest))
	})
	if len(found.Receipts) == 0 {
		return found, ErrNone
	}
	return found, nil
}
