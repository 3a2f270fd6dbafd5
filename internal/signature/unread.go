package signature

import (
	"context"
	"errors"
	"io"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"
)

// errUnread says that an answer takes more than a name.
var errUnread = errors.New("signatures are needed")

// unread is an image of which nothing but the name is known.
type unread struct{ identity types.ImageReference }

var _ types.ImageSource = unread{}

func (u unread) Reference() types.ImageReference { return u.identity }

func (unread) Close() error { return nil }

func (unread) HasThreadSafeGetBlob() bool { return false }

func (unread) GetManifest(context.Context, *digest.Digest) ([]byte, string, error) {
	return nil, "", errUnread
}

func (unread) GetSignatures(context.Context, *digest.Digest) ([][]byte, error) {
	return nil, errUnread
}

func (unread) GetBlob(context.Context, types.BlobInfo, types.BlobInfoCache) (io.ReadCloser, int64, error) {
	return nil, 0, errUnread
}

func (unread) LayerInfosForCopy(context.Context, *digest.Digest) ([]types.BlobInfo, error) {
	return nil, errUnread
}
