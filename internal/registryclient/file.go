package registryclient

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/opencontainers/go-digest"
)

// File returns a file that the host has besides images, such as a signature, at the path and by the query
// of a URL. It has at most limit bytes. One that does not exist is [ErrNotFound].
func (r *Registry) File(ctx context.Context, at *url.URL, limit int64) ([]byte, error) {
	start := &place{url: &url.URL{Host: r.host, Path: at.Path, RawPath: at.RawPath, RawQuery: at.RawQuery}, home: true}
	content, err := r.Repository("").document(ctx, start, limit)
	if err != nil {
		return nil, fmt.Errorf("%s%s: %w", r.opts.Host, at.EscapedPath(), err)
	}
	return content, nil
}

// maxSignatureList is how many bytes a registry's list of signatures may have: many times what they have.
const maxSignatureList = 1 << 20

// SignatureList returns what the registry itself keeps of signatures of a manifest, in JSON, by an extension
// of the protocol (https://github.com/openshift/origin/blob/master/docs/image-signatures.md). It is for
// registries that say so; see [Registry.KeepsSignatures].
func (r *Repository) SignatureList(ctx context.Context, d digest.Digest) ([]byte, error) {
	if err := d.Validate(); err != nil {
		return nil, r.failed(fmt.Errorf("signatures of %q: %w", d, err))
	}
	at := &place{url: &url.URL{Host: r.registry.host, Path: "/extensions/v2/" + r.name + "/signatures/" + d.String()}, home: true}
	list, err := r.document(ctx, at, maxSignatureList)
	if err != nil {
		return nil, r.failed(fmt.Errorf("signatures of %s: %w", d, err))
	}
	return list, nil
}

// KeepsSignatures reports whether the registry says that it keeps signatures itself. It is asked each time.
func (r *Registry) KeepsSignatures(ctx context.Context) (keeps bool, err error) {
	root := (&place{url: &url.URL{Host: r.host}, home: true}).root()
	err = r.retry(ctx, func() error {
		ctx, cancel := context.WithTimeout(ctx, answerTimeout)
		defer cancel()
		resp, err := r.send(ctx, r.clients.api, http.MethodGet, root, nil, "")
		if err != nil {
			return err
		}
		if temporaryStatus(resp.StatusCode) {
			return refusal(resp)
		}
		discard(resp)
		keeps = resp.Header.Get("X-Registry-Supports-Signatures") == "1"
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("%s: %w", r.opts.Host, err)
	}
	return keeps, nil
}

// document returns what is at a place, of at most limit bytes.
func (r *Repository) document(ctx context.Context, start *place, limit int64) (content []byte, err error) {
	err = r.registry.retry(ctx, func() error {
		resp, at, err := r.readThrough(ctx, r.registry.clients.api, http.MethodGet, start, nil)
		if err != nil {
			return err
		}
		if resp.StatusCode != http.StatusOK {
			return r.refusal(resp, at)
		}
		defer resp.Body.Close()
		var release func()
		content, release, err = r.registry.opts.Shared.read(ctx, resp.Body, resp.ContentLength, limit)
		release() // it is the caller's now
		switch {
		case err != nil:
			return &networkError{err}
		case int64(len(content)) > limit:
			return fmt.Errorf("more than %d bytes", limit)
		}
		return nil
	})
	return content, err
}
