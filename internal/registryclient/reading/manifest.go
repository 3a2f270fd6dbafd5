package reading

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/manifest"

	"ecrmirror/internal/manifestdigest"
	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/pace"
	"ecrmirror/internal/registryclient/wire"
)

// maxManifest is the greatest size of a manifest in bytes, which is that of most registries.
const maxManifest = 4 << 20

// Manifest returns a manifest, given its tag or digest, and its media type as the registry says it,
// without parameters. Its size is at most 4 MiB. It is for the caller to hold it against a digest; of one that is read
// by its tag, other bytes than those of the digest that the answer tells are an error. A manifest that does not exist
// is [answer.ErrNotFound].
func (r Repository) Manifest(ctx context.Context, reference string) (content []byte, mediaType string, err error) {
	content, mediaType, _, err = r.manifest(ctx, reference)
	return content, mediaType, err
}

// Tagged returns the manifest at a tag as [Repository.Manifest] does, and the answer's entity tag, by which a later
// request may make sure that the manifest is still the same; "" if the registry gives none that is good for that.
func (r Repository) Tagged(ctx context.Context, tag string) (content []byte, etag string, err error) {
	content, _, header, err := r.manifest(ctx, tag)
	etag = header.Get("ETag")
	if !strings.HasPrefix(etag, `"`) { // a weak one is no condition for changes (RFC 9110, 13.1.1)
		etag = ""
	}
	return content, etag, err
}

func (r Repository) manifest(
	ctx context.Context, reference string,
) (content []byte, mediaType string, header http.Header, err error) {
	var said digest.Digest
	read := func(resp *http.Response) (n int64, err error) {
		header, said = resp.Header, digest.Digest(resp.Header.Get("Docker-Content-Digest"))
		content, err = r.whole(ctx, resp)
		return int64(len(content)), err
	}
	mediaType, err = r.getManifest(ctx, r.Clients.API, reference, read)
	if err == nil && digest.Digest(reference).Validate() != nil {
		err = r.checkSaid(content, said)
	}
	if err != nil {
		return nil, "", nil, err
	}
	return content, mediaType, header, nil
}

// checkSaid returns an error if a manifest is another than its answer says. What is no SHA-256 digest says nothing.
func (r Repository) checkSaid(content []byte, said digest.Digest) error {
	if tells := said.Validate() == nil && said.Algorithm() == digest.SHA256; !tells {
		return nil
	}
	got := digest.FromBytes(content)
	if signed, err := manifestdigest.Of(content); err == nil && signed != got && signed == said {
		return nil // of schema 1, whose signatures do not count
	}
	if got != said {
		return r.Failed(fmt.Errorf("the manifest's digest is %s, not %s as its answer says", got, said))
	}
	return nil
}

// getManifest asks for a manifest and has its answer read, of which one byte more than maxManifest is read
// at most. It is done again where that fails for a reason that may pass.
func (r Repository) getManifest(
	ctx context.Context, client http.RoundTripper, reference string, read func(*http.Response) (n int64, err error),
) (mediaType string, err error) {
	err = r.Retry(ctx, func() error {
		resp, at, err := r.DoThrough(ctx, client, http.MethodGet, r.Home("manifests/"+reference), accepting())
		if err != nil {
			return err
		}
		if !wire.IsSuccess(resp) {
			return r.Refusal(resp, at)
		}
		mediaType, err = readAnswer(resp, read)
		return err
	})
	if err != nil {
		return "", r.Failed(err)
	}
	return mediaType, nil
}

// readAnswer has an answer with a manifest read, and closes it.
func readAnswer(resp *http.Response, read func(*http.Response) (n int64, err error)) (mediaType string, err error) {
	defer resp.Body.Close()
	switch n, err := read(resp); {
	case err != nil:
		return "", fmt.Errorf("reading manifest: %w", answer.Network(err))
	case n > maxManifest:
		return "", fmt.Errorf("manifest has more than %d bytes", maxManifest)
	}
	return mediaTypeIn(resp.Header), nil
}

// whole reads a manifest to its end, or to one byte more than maxManifest.
func (r Repository) whole(ctx context.Context, resp *http.Response) ([]byte, error) {
	content, release, err := r.Answers.Read(ctx, resp.Body, resp.ContentLength, maxManifest)
	release() // it is the caller's now
	return content, err
}

// readTimeout is how long reading a manifest for its digest may take.
const readTimeout = 30 * time.Second

// readDigest returns the digest of a manifest by reading it. Nothing of it is kept, so that however many
// are read at a time, and however slowly they come, that takes no memory to speak of.
func (r Repository) readDigest(ctx context.Context, reference string) (digest.Digest, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	var seen skim
	hash := digest.SHA256.Digester()
	read := func(resp *http.Response) (int64, error) {
		seen = skim{}
		hash.Hash().Reset()
		return io.Copy(io.MultiWriter(hash.Hash(), &seen), io.LimitReader(resp.Body, maxManifest+1))
	}
	// By HTTP/1.1, where what is not read yet waits outside of this process: HTTP/2 takes in 4 MiB of each stream.
	mediaType, err := r.getManifest(ctx, r.Clients.Ranges, reference, read)
	switch {
	case err != nil:
		return "", r.deferred(err)
	case !seen.isManifest():
		// Any web server answers 200 to something.
		return "", r.Failed(fmt.Errorf("what %s is, of type %q, is not a manifest", reference, answer.Short(mediaType)))
	case seen.isSchema1():
		content, _, err := r.Manifest(ctx, reference)
		if err != nil {
			return "", r.deferred(err)
		}
		return manifestdigest.Of(content)
	}
	return hash.Digest(), nil
}

// deferred marks the error about a manifest that says that there were too many requests.
func (r Repository) deferred(err error) error {
	if refused, ok := errors.AsType[*answer.StatusError](err); ok && refused.IsLimit() {
		return &pace.DeferredError{Host: r.Name(), Err: err}
	}
	return err
}

// accepting returns the header that names all media types of manifests.
func accepting() http.Header {
	return http.Header{"Accept": {strings.Join(manifest.DefaultRequestedManifestMIMETypes, ", ")}}
}

func mediaTypeIn(header http.Header) string {
	value := header.Get("Content-Type")
	if mediaType, _, err := mime.ParseMediaType(value); err == nil {
		return mediaType
	}
	return value
}
