package receipting

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
)

// put puts small blobs, as far as a place lacks them, and then a manifest that names them and is reached by its digest.
func put(ctx context.Context, to port.Destination, manifest port.Manifest, blobs ...[]byte) error {
	if err := to.Accepts(manifest, false); err != nil {
		return err
	}
	names := make([]digest.Digest, len(blobs))
	for i, blob := range blobs {
		names[i] = digest.FromBytes(blob)
	}
	if err := to.Expect(ctx, names); err != nil {
		return fmt.Errorf("looking for blobs: %w", err)
	}
	for i, blob := range blobs {
		has, _, err := to.HasBlob(ctx, names[i])
		if err == nil && !has {
			of := content.Blob{Digest: names[i], Size: int64(len(blob))}
			err = to.PutBlob(ctx, of, &lender{*bytes.NewReader(blob), blob})
		}
		if err != nil {
			return fmt.Errorf("writing blob %s: %w", names[i], err)
		}
	}
	if err := to.PutManifest(ctx, manifest); err != nil {
		return fmt.Errorf("writing manifest %s: %w", manifest.Digest, err)
	}
	return nil
}

// A lender lends bytes that are in memory.
type lender struct {
	bytes.Reader
	all []byte
}

var _ chunked.Lender = (*lender)(nil)

// Lend implements [chunked.Lender].
func (l *lender) Lend(most int) (data []byte, release func(), err error) {
	if l.Len() == 0 {
		return nil, nil, io.EOF
	}
	at := len(l.all) - l.Len()
	data = l.all[at:min(at+most, len(l.all))]
	_, err = l.Seek(int64(len(data)), io.SeekCurrent)
	return data, func() {}, err
}
