package registryclient

import (
	"context"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/chunked"
	"ecrmirror/internal/listed"
	"ecrmirror/internal/registryclient/listing"
	"ecrmirror/internal/registryclient/reading"
	"ecrmirror/internal/registryclient/writing"
)

// A Repository holds images. It is safe for concurrent use. Its errors begin with its name.
type Repository struct {
	reading reading.Repository
	writing writing.Repository
	lister  listing.Lister
}

// Digest returns the SHA-256 digest of a manifest, given its tag or digest, by HEAD, which counts as no
// pull. Where the answer has none, or may be of a registry that does not know HEAD, the manifest is read
// for it. A manifest that does not exist is [ErrNotFound].
//
// The registry is asked at the rate that its answers allow. Where it is rate-limited, the error is a [*DeferredError].
// Where it does not answer within 15 seconds, twice, or has not answered others, it is a [*MuteError].
func (r *Repository) Digest(ctx context.Context, reference string) (digest.Digest, error) {
	return r.reading.Digest(ctx, reference)
}

// Ask is what [Repository.Digest] does, but where the registry does not answer within 15 seconds it asks no
// second time: again says whether that is worth it, as the registry answers others.
func (r *Repository) Ask(ctx context.Context, reference string) (_ digest.Digest, again bool, _ error) {
	return r.reading.Ask(ctx, reference)
}

// Tags returns all tags of the repository, with digests and times where its list has them, as Google's registries tell
// them. It counts as no pull. Whatever cuts the list off is an error: 64 MiB of a page, 10,000 pages, 200,000 tags, a
// page that comes again, and a next page elsewhere, too. A repository that does not exist is [ErrNotFound].
//
// The registry is asked at the rate that its answers allow. Where it is rate-limited, the error is a [*DeferredError].
// Where no page comes within 30 seconds, or 2 minutes of waiting for its content, it is a [*MuteError].
// The whole list may take 15 minutes.
func (r *Repository) Tags(ctx context.Context) (listed.Tags, error) {
	return r.lister.Tags(ctx, r.reading.Repository)
}

// TagsWithin is [Repository.Tags] of a list that has at most so many pages.
func (r *Repository) TagsWithin(ctx context.Context, pages int) (listed.Tags, error) {
	lister := r.lister
	lister.Pages = pages
	return lister.Tags(ctx, r.reading.Repository)
}

// Manifest returns a manifest, given its tag or digest, and its media type as the registry says it,
// without parameters. Its size is at most 4 MiB. It is for the caller to hold it against a digest. A
// manifest that does not exist is [ErrNotFound].
func (r *Repository) Manifest(ctx context.Context, reference string) (content []byte, mediaType string, err error) {
	return r.reading.Manifest(ctx, reference)
}

// ManifestInTurn is what [Repository.Manifest] does by a digest, for who reads many: at the rate that the registry's
// answers allow, with the errors of [Repository.Digest], and in 30 seconds.
func (r *Repository) ManifestInTurn(
	ctx context.Context, reference string,
) (content []byte, mediaType string, err error) {
	return r.reading.ManifestInTurn(ctx, reference)
}

// Blob returns a reader of a blob, which the caller closes, and the blob's size in bytes. Where size
// is -1, the registry is asked for it at once; otherwise nothing is asked for before the first
// Read, and all that fails does so there. The context is for all of the reader's life. It is for
// the caller to hold what was read against the digest.
func (r *Repository) Blob(ctx context.Context, d digest.Digest, size int64) (chunked.Blob, int64, error) {
	return r.reading.Blob(ctx, d, size)
}

// SignatureList returns what the registry itself keeps of signatures of a manifest, in JSON, by an extension
// of the protocol (https://github.com/openshift/origin/blob/master/docs/image-signatures.md). It is for
// registries that say so; see [Registry.KeepsSignatures].
func (r *Repository) SignatureList(ctx context.Context, d digest.Digest) ([]byte, error) {
	return r.reading.SignatureList(ctx, d)
}

// HasBlob reports whether the repository has a blob, by one HEAD, and its size in bytes, or -1 if the
// registry does not say. A registry that does not know HEAD is asked by GET, whose body is not read. An
// answer with neither the blob's digest nor a size is taken for no.
func (r *Repository) HasBlob(ctx context.Context, d digest.Digest) (has bool, size int64, err error) {
	return r.writing.HasBlob(ctx, d)
}

// PutBlob uploads a blob of size bytes, or of unknown size, which is -1, without asking whether the
// repository has it: a POST, then a PUT of all of it. The registry verifies the digest. The stream is
// not read any more when PutBlob returns; where a registry wants nothing of the blob, it is not read
// at all. A stream that fails, or that does not have the size, is never completed into a blob; its
// error is in PutBlob's. The POST is repeated on failures that may pass, the PUT is not, for the stream
// is gone by then. Without TLS, what the stream lends is not copied, but for its last bytes.
func (r *Repository) PutBlob(ctx context.Context, stream chunked.Lender, d digest.Digest, size int64) error {
	return r.writing.PutBlob(ctx, stream, d, size)
}

// PutManifest stores a manifest, whose digest is d, under a tag or a digest. What it refers to must be
// there already. It is repeated on failures that may pass, also where the registry does not see yet what
// is there. A mediaType of "" is not sent. Where the registry takes no such manifest, the error is a [*RefusedError].
//
// A manifest that has a subject is listed among its referrers afterwards: where the registry does not say that it lists
// it, and has no referrers API, the index at the fallback tag is read, gets the manifest added, and is put and read
// again. A registry that has conditional requests is asked to put it only in the place of the one that was read. An
// index that can't be kept is a [*RefusedError], too, and so is a registry that forbids to ask for referrers: the
// manifest is there then, and may be listed nowhere.
func (r *Repository) PutManifest(
	ctx context.Context, reference string, content []byte, mediaType string, d digest.Digest,
) error {
	listed, err := r.writing.PutManifest(ctx, reference, content, mediaType, d)
	if err != nil {
		return err
	}
	r.reading.NoteStored(reference)
	said, err := artifacts.Describe(content)
	if err != nil || said.Subject == "" || said.Subject == listed { // what can be read in two ways has no subject
		return nil //nolint:nilerr // the registry took it
	}
	has, err := r.lister.HasReferrers(ctx, r.reading.Repository, said.Subject)
	if err != nil || has {
		return writing.Unlisted(err)
	}
	entry, err := said.Entry(mediaType, d, int64(len(content)))
	if err != nil {
		return err
	}
	return r.writing.AddReferrer(ctx, said.Subject, entry)
}
