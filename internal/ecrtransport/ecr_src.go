package ecrtransport

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/chunked"
)

// ecrImageSource reads an image from private ECR. Its methods are safe for concurrent use.
type ecrImageSource struct {
	ref  ecrReference
	repo privateRepository

	mu   sync.Mutex
	root *fetchedManifest // once it was read
}

var _ types.ImageSource = (*ecrImageSource)(nil)

func newImageSource(ref ecrReference) (*ecrImageSource, error) {
	repo, err := ref.transport.repository(ref.name)
	if err != nil {
		return nil, err
	}
	return &ecrImageSource{ref: ref, repo: repo}, nil
}

// Reference returns the reference that the source was made by.
func (s *ecrImageSource) Reference() types.ImageReference { return s.ref }

// Close does nothing: blobs are closed one by one.
func (s *ecrImageSource) Close() error { return nil }

// HasThreadSafeGetBlob returns true.
func (s *ecrImageSource) HasThreadSafeGetBlob() bool { return true }

// GetSignatures returns none: ECR has no signatures beside images.
func (s *ecrImageSource) GetSignatures(context.Context, *digest.Digest) ([][]byte, error) {
	return nil, nil
}

// LayerInfosForCopy returns nil: the manifest's values are right.
func (s *ecrImageSource) LayerInfosForCopy(context.Context, *digest.Digest) ([]types.BlobInfo, error) {
	return nil, nil
}

// GetManifest returns the image's manifest, or that of an instance by its digest, and its media
// type. The bytes have been checked against the digest: both that asked for and that which ECR
// claims.
func (s *ecrImageSource) GetManifest(ctx context.Context, instanceDigest *digest.Digest) ([]byte, string, error) {
	if instanceDigest != nil {
		m, err := s.repo.getManifest(ctx, "", *instanceDigest)
		return m.content, m.mediaType, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.root == nil {
		// With both, ECR makes sure that they belong together.
		m, err := s.repo.getManifest(ctx, s.ref.name.Tag, s.ref.name.Digest)
		if err != nil {
			return nil, "", err
		}
		s.root = &m
	}
	return s.root.content, s.root.mediaType, nil
}

// GetBlob returns a reader of a blob and its size in bytes. Layers that live elsewhere (info.URLs)
// are read there, others by URLs that ECR signs. The reader reports every failure; the caller
// checks the digest.
func (s *ecrImageSource) GetBlob(
	ctx context.Context, info types.BlobInfo, _ types.BlobInfoCache,
) (io.ReadCloser, int64, error) {
	if len(info.URLs) > 0 {
		return s.foreignBlob(ctx, info)
	}
	return s.open(ctx, s.ref.transport.opts.HTTP, info, func(ctx context.Context) (string, error) {
		out, err := s.repo.api.GetDownloadUrlForLayer(ctx, &ecr.GetDownloadUrlForLayerInput{
			RegistryId: s.repo.registryID(), RepositoryName: s.repo.repositoryName(),
			LayerDigest: aws.String(info.Digest.String()),
		})
		switch {
		case err != nil:
			return "", fmt.Errorf("blob %s: %w", info.Digest, s.repo.failed("GetDownloadUrlForLayer", err))
		case aws.ToString(out.DownloadUrl) == "":
			return "", s.repo.failed("GetDownloadUrlForLayer", fmt.Errorf("no URL for blob %s", info.Digest))
		}
		return *out.DownloadUrl, nil
	})
}

// foreignBlob reads from the first URL that delivers.
func (s *ecrImageSource) foreignBlob(ctx context.Context, info types.BlobInfo) (io.ReadCloser, int64, error) {
	var errs []error
	for _, location := range info.URLs {
		if u, err := url.Parse(location); err != nil || u.Scheme != "https" && u.Scheme != "http" {
			errs = append(errs, errors.New("not an HTTP URL"))
			continue
		}
		body, size, err := s.open(ctx, s.ref.transport.foreign, info, func(context.Context) (string, error) { return location, nil })
		if err != nil {
			errs = append(errs, err)
			continue
		}
		// Only a byte shows that the URL delivers.
		start := bufio.NewReader(body)
		if _, err := start.Peek(1); err == nil || size == 0 {
			return foreignBody{start, body}, size, nil
		} else {
			errs = append(errs, errors.Join(err, body.Close()))
		}
	}
	return nil, 0, fmt.Errorf("foreign layer %s: %w", info.Digest, errors.Join(errs...))
}

// foreignBody reads what was peeked at and then the rest.
type foreignBody struct {
	io.Reader
	io.Closer
}

// open returns a reader over a URL, which is asked for at once.
func (s *ecrImageSource) open(
	ctx context.Context, client *http.Client, info types.BlobInfo, locate func(context.Context) (string, error),
) (io.ReadCloser, int64, error) {
	opts := s.ref.transport.opts
	h := chunked.NewHTTP(client, info.Size, locate)
	if err := h.Prepare(ctx); err != nil {
		return nil, 0, err
	}
	size := info.Size
	if size < 0 {
		var err error
		if size, err = h.ProbeSize(ctx); err != nil {
			return nil, 0, fmt.Errorf("size of blob %s: %w", info.Digest, err)
		}
	}
	return chunked.NewReader(ctx, opts.Budget, size, h.Fetch, opts.Chunks), size, nil
}
