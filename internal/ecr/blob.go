package ecr

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
)

// A Blob is a layer, a config or another blob.
type Blob struct {
	Digest digest.Digest // "" where it is not known yet
	Size   int64         // in bytes; -1 where it is not known yet
}

// Blob returns a reader of a blob and the blob's size in bytes. It reads by ranges from URLs that ECR signs,
// and lends its memory; see [chunked.Reader]. The reader reports every failure, and the caller checks the
// digest. Where the repository has no image with the blob, the error wraps [ErrLayersNotFound].
func (r *Repository) Blob(ctx context.Context, blob Blob) (*chunked.Reader, int64, error) {
	return r.client.open(ctx, r.client.opts.HTTP, blob, func(ctx context.Context) (string, error) {
		out, err := r.private.GetDownloadUrlForLayer(ctx, &ecr.GetDownloadUrlForLayerInput{
			RegistryId: r.registryID(), RepositoryName: r.repositoryName(),
			LayerDigest: aws.String(blob.Digest.String()),
		})
		switch {
		case err != nil:
			return "", fmt.Errorf("blob %s: %w", blob.Digest, r.failed("GetDownloadUrlForLayer", err))
		case aws.ToString(out.DownloadUrl) == "":
			return "", r.failed("GetDownloadUrlForLayer", fmt.Errorf("no URL for blob %s", blob.Digest))
		}
		return *out.DownloadUrl, nil
	})
}

// ForeignBlob reads a layer that lives elsewhere, from the first URL that delivers, and returns its size in
// bytes. The URLs may lead to public hosts alone, unless [Options].HTTP is set.
func (c *Client) ForeignBlob(ctx context.Context, blob Blob, urls []string) (io.ReadCloser, int64, error) {
	var errs []error
	for _, location := range urls {
		if u, err := url.Parse(location); err != nil || u.Scheme != "https" && u.Scheme != "http" {
			errs = append(errs, errors.New("not an HTTP URL"))
			continue
		}
		body, size, err := c.open(ctx, c.foreign, blob, func(context.Context) (string, error) { return location, nil })
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
	return nil, 0, fmt.Errorf("foreign layer %s: %w", blob.Digest, errors.Join(errs...))
}

// foreignBody reads what was peeked at and then the rest.
type foreignBody struct {
	io.Reader
	io.Closer
}

// open returns a reader over a URL, which is asked for at once.
func (c *Client) open(
	ctx context.Context, client *http.Client, blob Blob, locate func(context.Context) (string, error),
) (*chunked.Reader, int64, error) {
	h := chunked.NewHTTP(client, blob.Size, locate)
	if err := h.Prepare(ctx); err != nil {
		return nil, 0, err
	}
	size := blob.Size
	if size < 0 {
		var err error
		if size, err = h.ProbeSize(ctx); err != nil {
			return nil, 0, fmt.Errorf("size of blob %s: %w", blob.Digest, err)
		}
	}
	return chunked.NewReader(ctx, c.opts.Budget, size, h.Fetch, c.opts.Chunks), size, nil
}
