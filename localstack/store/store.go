// Package store keeps the content of a registry on disk: blobs, manifests and
// tags, in the layout and by the code of the distribution registry. It is reached
// in two ways that see the same content: by the methods of [Store], and over HTTP
// through [Store.ServeHTTP], which is the distribution registry itself.
//
// It knows nothing about AWS. Repository names are those of distribution:
// slash-separated, at most [MaxName] characters.
package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"github.com/distribution/distribution/v3"
	"github.com/distribution/distribution/v3/registry/handlers"
	"github.com/distribution/distribution/v3/registry/storage"
	"github.com/distribution/distribution/v3/registry/storage/driver"
	"github.com/distribution/distribution/v3/registry/storage/driver/filesystem"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
)

// MaxName is the greatest length of a repository's name, in characters.
const MaxName = reference.RepositoryNameTotalLengthMax

// Errors that callers tell apart.
var (
	ErrNotFound = errors.New("blob not found")
	ErrDigest   = errors.New("content does not match digest") // of a blob or a manifest that was put
	ErrManifest = errors.New("invalid manifest")
)

// root is where distribution keeps everything inside its driver. The layout below
// it is the on-disk format of distribution's storage package.
const root = "/docker/registry/v2"

// concurrency is how many files may be in the driver's hands at one moment.
const concurrency = 100

// A Store is safe for concurrent use.
type Store struct {
	driver   driver.StorageDriver
	registry distribution.Namespace
	front    *handlers.App
}

// Open returns the store kept in dir, which is created if it does not exist. The
// HTTP front works until ctx is done. One goroutine of distribution's event
// broadcaster stays behind for each store.
func Open(ctx context.Context, dir string) (*Store, error) { return start(ctx, dir, false) }

// OpenForgetful returns a store like that of [Open], but what is uploaded through
// [Store.Upload] is checked and then forgotten: zeros are read instead.
func OpenForgetful(ctx context.Context, dir string) (*Store, error) { return start(ctx, dir, true) }

func start(ctx context.Context, dir string, forget bool) (*Store, error) {
	if dir == "" {
		return nil, errors.New("opening store: no directory")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("opening store: %w", err)
	}
	ctx = quiet(ctx)
	d := unsynced{filesystem.New(filesystem.DriverParameters{RootDirectory: dir, MaxThreads: concurrency}), dir, forget}
	registry, err := storage.NewRegistry(ctx, d, storage.EnableDelete)
	if err != nil {
		return nil, fmt.Errorf("opening store: %w", err)
	}
	return &Store{driver: d, registry: registry, front: handlers.NewApp(ctx, frontConfiguration(dir))}, nil
}

// A Blob says what a repository holds under a digest.
type Blob struct {
	Size int64 // bytes

	content digest.Digest // the digest under which the content is filed
}

// Stat looks a blob up in a repository. A blob that this repository does not hold,
// whatever others hold, is [ErrNotFound].
func (s *Store) Stat(ctx context.Context, repository string, d digest.Digest) (Blob, error) {
	if d.Validate() != nil {
		return Blob{}, ErrNotFound
	}
	repo, err := s.repository(ctx, repository)
	if err != nil {
		return Blob{}, err
	}
	desc, err := repo.Blobs(quiet(ctx)).Stat(quiet(ctx), d)
	if errors.Is(err, distribution.ErrBlobUnknown) {
		return Blob{}, ErrNotFound
	}
	if err != nil {
		return Blob{}, fmt.Errorf("looking up blob %s: %w", d, err)
	}
	return Blob{Size: desc.Size, content: desc.Digest}, nil
}

// Open reads a blob that [Store.Stat] found, from the byte at offset.
func (s *Store) Open(ctx context.Context, b Blob, offset int64) (io.ReadCloser, error) {
	hex := b.content.Encoded()
	file := path.Join(root, "blobs", b.content.Algorithm().String(), hex[:2], hex, "data")
	rc, err := s.driver.Reader(quiet(ctx), file, offset)
	if err != nil {
		return nil, fmt.Errorf("opening blob: %w", err)
	}
	return rc, nil
}

// Remove forgets what a repository holds: its blobs, manifests, tags and uploads.
// Repositories whose names extend this one's are not touched.
func (s *Store) Remove(ctx context.Context, repository string) error {
	for _, part := range []string{"_manifests", "_layers", "_uploads"} {
		if err := s.delete(ctx, path.Join(root, "repositories", repository, part)); err != nil {
			return fmt.Errorf("removing repository %s: %w", repository, err)
		}
	}
	return nil
}

// delete deletes a file or folder, which need not exist.
func (s *Store) delete(ctx context.Context, name string) error {
	err := s.driver.Delete(quiet(ctx), name)
	if _, missing := errors.AsType[driver.PathNotFoundError](err); missing {
		return nil
	}
	return err
}

func (s *Store) repository(ctx context.Context, name string) (distribution.Repository, error) {
	named, err := reference.WithName(name)
	if err != nil {
		return nil, fmt.Errorf("naming repository %q: %w", name, err)
	}
	return s.registry.Repository(quiet(ctx), named)
}
