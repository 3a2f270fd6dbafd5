package signatures

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/infile"
	"ecrmirror/internal/registryclient"
)

// A lookaside keeps signatures apart from the registry, in files under a URL.
type lookaside struct {
	at   *url.URL
	host *registryclient.Registry // nil where they are on disk
}

// of returns the signatures of a manifest: files with numbers, until one is missing
// (https://github.com/containers/image/blob/main/docs/signature-protocols.md).
func (l lookaside) of(ctx context.Context, d digest.Digest) (list []signature, err error) {
	if err := d.Validate(); err != nil {
		return nil, err
	}
	left := int64(maxSignatureBytes)
	for n := 1; n <= maxSignatures; n++ {
		at := *l.at
		at.Path = fmt.Sprintf("%s@%s=%s/signature-%d", at.Path, d.Algorithm(), d.Encoded(), n)
		at.RawPath = ""
		var blob []byte
		switch {
		case l.host != nil:
			blob, err = l.host.File(ctx, &at, min(left, maxSignature))
		case at.Scheme == "file":
			blob, err = infile.Read(at.Path, min(left, maxSignature))
		default:
			err = fmt.Errorf("signatures are not read by the scheme of %s", at.Redacted())
		}
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, registryclient.ErrNotFound):
			return list, nil
		case err != nil:
			return nil, fmt.Errorf("signature %d: %w", n, err)
		}
		left -= int64(len(blob))
		list = append(list, signature{at.Redacted(), blob})
	}
	return nil, fmt.Errorf("more than %d signatures at %s", maxSignatures, l.at.Redacted())
}
