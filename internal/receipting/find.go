package receipting

import (
	"context"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/receipt"
	"ecrmirror/internal/transient"
)

// mostBundles is how many bundles that belong to an image are read for its receipts. Signatures and attestations are
// bundles, too, and their lists do not tell which is which.
const mostBundles = 100

// ErrMany says that so many bundles belong to an image that its receipts are not looked for.
var ErrMany = errors.New("too many bundles belong to the image")

// A place is where receipts are.
type place struct {
	list   port.Artifacts
	source port.Source
}

// Found are the receipts for an image in one place.
type Found struct {
	Image    digest.Digest
	Receipts []Signed  // that the key has signed
	Refused  []Refused // that look like receipts
}

// A Signed receipt is one that the key has signed.
type Signed struct {
	Receipt  receipt.Receipt
	Manifest digest.Digest // that it is in
}

// A Refused manifest looks like one of a receipt that the key has signed, and is none.
type Refused struct {
	Manifest digest.Digest
	Err      error
}

// find returns the receipts for an image. What can't be read for now is an error: without it nobody knows what is
// there.
func find(ctx context.Context, in place, image digest.Digest, key receipt.Key) (Found, error) {
	all, err := in.list.Of(ctx, image)
	if err != nil {
		return Found{}, fmt.Errorf("listing artifacts: %w", err)
	}
	found, n := Found{Image: image}, 0
	for _, a := range all {
		if !mayBeReceipt(a) {
			continue
		}
		if n++; n > mostBundles {
			return Found{}, fmt.Errorf("%w: more than %d", ErrMany, mostBundles)
		}
		r, err := in.read(ctx, a.Digest, image, key)
		switch {
		case err == nil:
			found.Receipts = append(found.Receipts, Signed{r, a.Digest})
		case errors.Is(err, receipt.ErrOther):
		case ctx.Err() != nil:
			return Found{}, context.Cause(ctx)
		case transient.Is(err):
			return Found{}, fmt.Errorf("reading artifact %s: %w", a.Digest, err)
		default:
			found.Refused = append(found.Refused, Refused{a.Digest, err})
		}
	}
	return found, nil
}

// mayBeReceipt reports whether an artifact may be a receipt by what its list tells.
func mayBeReceipt(a artifacts.Artifact) bool {
	return a.Tag == "" && (a.Type == receipt.BundleType || a.Type == "") && a.Size <= receipt.MaxManifest
}

// read reads the receipt in a manifest.
func (in place) read(ctx context.Context, manifest, image digest.Digest, key receipt.Key) (receipt.Receipt, error) {
	raw, _, err := in.source.Manifest(ctx, manifest.String())
	if err == nil {
		err = content.CheckManifest(raw, manifest)
	}
	if err != nil {
		return receipt.Receipt{}, err
	}
	subject, layer, err := receipt.ReadManifest(raw)
	switch {
	case err != nil:
		return receipt.Receipt{}, err
	case subject != image:
		return receipt.Receipt{}, fmt.Errorf("%w, %s", receipt.ErrSubject, subject)
	}
	bundle, err := in.blob(ctx, content.Blob{Digest: layer.Digest, Size: layer.Size})
	if err != nil {
		return receipt.Receipt{}, fmt.Errorf("blob %s: %w", layer.Digest, err)
	}
	r, err := receipt.Open(bundle, key)
	if err == nil {
		err = r.For(image)
	}
	return r, err
}

// blob reads a small blob.
func (in place) blob(ctx context.Context, want content.Blob) (_ []byte, err error) {
	body, err := in.source.Blob(ctx, want)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	return content.Read(body, want)
}
