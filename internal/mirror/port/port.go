// Package port declares what the copy engine needs of the two ends of a copy.
//
// The engine opens them by name and never asks what they are. Sizes are in bytes. Unless a method says otherwise, its
// context is for that call alone, and the methods of one end are called concurrently.
package port

import (
	"context"
	"errors"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/chunked"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/content"
)

// Images opens images by name.
type Images interface {
	// Source opens the place of an image for reading; the engine closes it. Where the name has both a tag and a digest,
	// the digest counts.
	Source(ctx context.Context, image imagename.Name) (Source, error)
	// Destination opens the place of an image for writing; the engine closes it.
	Destination(ctx context.Context, image imagename.Name) (Destination, error)
	// Digest returns the digest of an image's root manifest, or "" if the image or its repository does not exist. An
	// error that wraps fs.ErrNotExist says the same with more words; [IsDeferred] tells what else an error may say.
	Digest(ctx context.Context, image imagename.Name) (digest.Digest, error)
	// Artifacts returns what lists the artifacts of a repository's manifests. Nothing is asked yet.
	Artifacts(ctx context.Context, repository imagename.Name) (Artifacts, error)
}

// Artifacts lists what belongs to the manifests of one repository, beside what these refer to. It is safe for
// concurrent use, and remembers what holds for the whole repository: it is for one job.
type Artifacts interface {
	// Of returns the artifacts of a manifest, each digest and tag once, sorted by these; none is no error. A list is
	// whole, or an error: [artifacts.ErrNoList] and [artifacts.ErrMany] are so for good, others may be gone on another
	// try.
	Of(ctx context.Context, subject digest.Digest) ([]artifacts.Artifact, error)
}

// A Manifest is a manifest, byte for byte.
type Manifest struct {
	Digest    digest.Digest // of Content, by the algorithm that others name it by
	MediaType string
	Content   []byte
}

// A Source is a place that images are read from: a repository, an OCI layout or a directory.
type Source interface {
	// Manifest reads a manifest by its reference, a tag or a digest, and returns the media type that the source gives
	// it, if any. The reference "" stands for the image by whose name the source was opened. The engine verifies what
	// it gets.
	Manifest(ctx context.Context, reference string) (manifest []byte, mediaType string, err error)
	// Blob opens a blob, which the engine closes and verifies. The context is for all of the blob's life.
	Blob(ctx context.Context, blob content.Blob) (chunked.Blob, error)
	// OneAtATime reports whether one blob or manifest must be read before the next is asked for.
	OneAtATime() bool
	Close() error
}

// A Destination is a place that images are written to: a repository, an OCI layout or a directory.
type Destination interface {
	// Accepts returns an error if the place can't hold a manifest as it is. An index of blobs is one that has blobs
	// among its members.
	Accepts(manifest Manifest, indexOfBlobs bool) error
	// Expect names the blobs that HasBlob will be asked about, so that a place that can look for many at once does so.
	// It comes before HasBlob.
	Expect(ctx context.Context, blobs []digest.Digest) error
	// HasBlob reports whether the place has a blob, and the size of what it has; -1 if it can't tell.
	HasBlob(ctx context.Context, blob digest.Digest) (has bool, size int64, err error)
	// PartSize returns how many bytes of a blob PutBlob borrows before it gives any back; 0 if it holds on to none. The
	// size is that of the blob; -1 if it is not known.
	PartSize(size int64) int64
	// PutBlob writes a blob. It does not read from the stream after it returned, and reads nothing if the place has
	// the blob already. A stream that ends in an error other than io.EOF must not become a blob.
	PutBlob(ctx context.Context, blob content.Blob, stream chunked.Lender) error
	// PutManifest writes a manifest by its digest. What the manifest refers to is there.
	PutManifest(ctx context.Context, manifest Manifest) error
	// PutTag writes a manifest as an image of this place: by the image's tag, or by its digest if it has no tag.
	PutTag(ctx context.Context, image imagename.Name, manifest Manifest) error
	// OneAtATime reports whether one blob or manifest must be written before the next is.
	OneAtATime() bool
	Close() error
}

// IsLacking reports whether err says that a destination lacks what a manifest refers to. Such an error has a method
// LacksContent that says so.
func IsLacking(err error) bool {
	var lacking interface{ LacksContent() bool }
	return errors.As(err, &lacking) && lacking.LacksContent()
}

// IsRefused reports whether err says that a destination does not take a manifest, for good: its kind, its size, another
// manifest under a tag that can't move, or that it forbids to find out whether it lists it as a referrer. It is neither
// about who may write, nor about rates, nor about what the manifest refers to. Such an error has a method
// RefusesManifest that says so.
func IsRefused(err error) bool {
	var refused interface{ RefusesManifest() bool }
	return errors.As(err, &refused) && refused.RefusesManifest()
}

// IsDeferred reports whether err says that a registry asked not to be asked for now. Such an error has a method
// DeferredUntil, which returns when the registry may be asked again.
func IsDeferred(err error) bool {
	var deferred interface{ DeferredUntil() time.Time }
	return errors.As(err, &deferred)
}
