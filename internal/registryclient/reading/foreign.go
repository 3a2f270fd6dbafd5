package reading

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"go.podman.io/image/v5/types"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/fence"
	"ecrmirror/internal/registryclient/wire"
)

// ForeignBlob returns a reader of a blob that lives outside of registries, and its size in bytes.
// It is read, without credentials, at the first of info.URLs that delivers. If none is an HTTP URL,
// the reader is nil.
func (r *Registry) ForeignBlob(ctx context.Context, info types.BlobInfo) (io.ReadCloser, int64, error) {
	var errs []error
	for _, location := range info.URLs {
		if u, err := url.Parse(location); err != nil || u.Scheme != "https" && u.Scheme != "http" || !wire.IsPlain(u.Host) {
			continue
		}
		body, size, err := r.openForeign(ctx, location, info.Size)
		if err == nil {
			return body, size, nil
		}
		errs = append(errs, err)
	}
	if errs == nil {
		return nil, 0, nil
	}
	return nil, 0, fmt.Errorf("foreign layer %s: %w", info.Digest, errors.Join(errs...))
}

func (r *Registry) openForeign(ctx context.Context, location string, size int64) (io.ReadCloser, int64, error) {
	client := &http.Client{Transport: r.session.Clients.Away, CheckRedirect: fence.KeepTLS}
	h := chunked.NewHTTP(client, size, func(context.Context) (string, error) { return location, nil })
	if size < 0 {
		var err error
		if size, err = h.ProbeSize(ctx); err != nil {
			return nil, 0, err
		}
	}
	opts := r.opts.Chunks
	opts.Probe, opts.Pace = true, nil // nothing is known about the host
	body := chunked.NewReader(ctx, r.opts.Budget, size, h.Fetch, opts)
	// Only a byte shows that the URL delivers.
	start := bufio.NewReader(body)
	if _, err := start.Peek(1); err != nil && size > 0 {
		return nil, 0, errors.Join(err, body.Close())
	}
	return foreignBody{start, body}, size, nil
}

// foreignBody reads what was peeked at and then the rest.
type foreignBody struct {
	io.Reader
	io.Closer
}
