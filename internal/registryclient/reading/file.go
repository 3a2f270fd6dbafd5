package reading

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/auth"
	"ecrmirror/internal/registryclient/wire"

	"github.com/opencontainers/go-digest"
)

// File returns a file that the host has besides images, such as a signature, at the path and by the query
// of a URL. It has at most limit bytes. One that does not exist is [answer.ErrNotFound].
func (r *Registry) File(ctx context.Context, at *url.URL, limit int64) ([]byte, error) {
	start := r.session.Place(at.Path)
	start.URL.RawPath, start.URL.RawQuery = at.RawPath, at.RawQuery
	content, err := r.Repository(r.session.Repository(auth.Scope{Actions: auth.Pull})).document(ctx, start, limit)
	if err != nil {
		return nil, fmt.Errorf("%s%s: %w", r.session.Name(), at.EscapedPath(), err)
	}
	return content, nil
}

// maxSignatureList is how many bytes a registry's list of signatures may have: many times what they have.
const maxSignatureList = 1 << 20

// SignatureList returns what the registry itself keeps of signatures of a manifest, in JSON, by an extension
// of the protocol (https://github.com/openshift/origin/blob/master/docs/image-signatures.md). It is for
// registries that say so; see [Registry.KeepsSignatures].
func (r Repository) SignatureList(ctx context.Context, d digest.Digest) ([]byte, error) {
	if err := d.Validate(); err != nil {
		return nil, r.Failed(fmt.Errorf("signatures of %q: %w", d, err))
	}
	list, err := r.document(ctx, r.Extension("signatures/"+d.String()), maxSignatureList)
	if err != nil {
		return nil, r.Failed(fmt.Errorf("signatures of %s: %w", d, err))
	}
	return list, nil
}

// KeepsSignatures reports whether the registry says that it keeps signatures itself. It is asked each time.
func (r *Registry) KeepsSignatures(ctx context.Context) (keeps bool, err error) {
	root := r.session.Place("").Root()
	err = r.session.Retry(ctx, func() error {
		ctx, cancel := context.WithTimeout(ctx, wire.AnswerTimeout)
		defer cancel()
		s := r.session
		resp, err := s.Send(ctx, s.Clients.API, http.MethodGet, root, nil, "") //nolint:bodyclose // Discard closes it
		if err != nil {
			return err
		}
		if answer.TransientStatus(resp.StatusCode) {
			return answer.Refusal(resp)
		}
		answer.Discard(resp)
		keeps = resp.Header.Get("X-Registry-Supports-Signatures") == "1"
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("%s: %w", r.session.Name(), err)
	}
	return keeps, nil
}

// document returns what is at a place, of at most limit bytes.
func (r Repository) document(ctx context.Context, start *wire.Place, limit int64) (content []byte, err error) {
	err = r.Retry(ctx, func() error {
		resp, at, err := r.DoThrough(ctx, r.Clients.API, http.MethodGet, start, nil)
		if err != nil {
			return err
		}
		if resp.StatusCode != http.StatusOK {
			return r.Refusal(resp, at)
		}
		defer resp.Body.Close()
		var release func()
		content, release, err = r.Answers.Read(ctx, resp.Body, resp.ContentLength, limit)
		release() // it is the caller's now
		switch {
		case err != nil:
			return answer.Network(err)
		case int64(len(content)) > limit:
			return fmt.Errorf("more than %d bytes", limit)
		}
		return nil
	})
	return content, err
}
