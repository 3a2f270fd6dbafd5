package images

import (
	"context"
	"io"
	"sync"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/registryclient"
)

// repository returns the repository of a name of kind Registry or ECRPublic.
func (r *Client) repository(name imagename.Name) (*registryclient.Repository, error) {
	host, err := r.host(name)
	if err != nil {
		return nil, err
	}
	return host.Repository(name.Repository), nil
}

// host returns the one client for a registry, which stays.
func (r *Client) host(name imagename.Name) (*registryclient.Registry, error) {
	return r.hosts.Keep(name.Host, r.newHost(name))
}

// newHost returns what makes a client for a registry.
func (r *Client) newHost(name imagename.Name) func() (*registryclient.Registry, error) {
	return func() (*registryclient.Registry, error) {
		return registryclient.New(registryclient.Options{
			Host: name.Host, Insecure: r.isInsecure(name.Host), Network: r.opts.Network, UserAgent: r.opts.UserAgent,
			Login: func(ctx context.Context, repository string) (registryclient.Login, error) {
				return r.resolveLogin(ctx, imagename.Name{Kind: name.Kind, Host: name.Host, Repository: repository})
			},
			Shared: r.shared, Budget: r.opts.Budget, Chunks: r.opts.Chunks,
		})
	}
}

// tagOrDigest returns what the image is called within its repository; the digest decides.
func tagOrDigest(name imagename.Name) string {
	switch {
	case name.Digest != "":
		return name.Digest.String()
	case name.Tag == "":
		return "latest"
	}
	return name.Tag
}

// registrySource reads an image by the distribution protocol. Its methods are safe for concurrent
// use.
type registrySource struct {
	ref        types.ImageReference
	name       string // tag or digest
	host       *registryclient.Registry
	repository *registryclient.Repository

	mu        sync.Mutex
	root      []byte // once it was read
	mediaType string
}

var _ types.ImageSource = (*registrySource)(nil)

func (r *Client) newSource(name imagename.Name, ref types.ImageReference) (types.ImageSource, error) {
	host, err := r.host(name)
	if err != nil {
		return nil, err
	}
	return &registrySource{
		ref: ref, name: tagOrDigest(name), host: host, repository: host.Repository(name.Repository),
	}, nil
}

// Reference returns the reference of the image.
func (s *registrySource) Reference() types.ImageReference { return s.ref }

// Close does nothing. Blobs are closed one by one.
func (s *registrySource) Close() error { return nil }

// GetManifest returns the image's manifest, which is read once, or that of an instance by its
// digest, and its media type. It is for the caller to hold it against its digest.
func (s *registrySource) GetManifest(ctx context.Context, instanceDigest *digest.Digest) ([]byte, string, error) {
	if instanceDigest != nil {
		if err := instanceDigest.Validate(); err != nil {
			return nil, "", err
		}
		return s.repository.Manifest(ctx, instanceDigest.String())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.root == nil {
		root, mediaType, err := s.repository.Manifest(ctx, s.name)
		if err != nil {
			return nil, "", err
		}
		s.root, s.mediaType = root, mediaType
	}
	return s.root, s.mediaType, nil
}

// GetBlob returns a reader of a blob and its size in bytes. Layers that live elsewhere (info.URLs)
// are read there. The reader reports every failure; the caller checks the digest. The context is
// for all of the reader's life.
func (s *registrySource) GetBlob(
	ctx context.Context, info types.BlobInfo, _ types.BlobInfoCache,
) (io.ReadCloser, int64, error) {
	if len(info.URLs) > 0 {
		if body, size, err := s.host.ForeignBlob(ctx, info); body != nil || err != nil {
			return body, size, err
		}
	}
	return s.repository.Blob(ctx, info.Digest, info.Size)
}

// HasThreadSafeGetBlob returns true.
func (s *registrySource) HasThreadSafeGetBlob() bool { return true }

// LayerInfosForCopy returns nil: the manifest's values are right.
func (s *registrySource) LayerInfosForCopy(context.Context, *digest.Digest) ([]types.BlobInfo, error) {
	return nil, nil
}

// GetSignatures returns none: they are read by [Client.Signed], which knows all kinds.
func (s *registrySource) GetSignatures(context.Context, *digest.Digest) ([][]byte, error) {
	return nil, nil
}
