// Package tuf fetches a root of trust from the TUF repository of a Sigstore, which signs it: The Update Framework,
// theupdateframework.github.io/specification. An old one can't be passed off as new for longer than the repository's
// timestamps are valid, which is a week or less.
package tuf

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	sigstoretuf "github.com/sigstore/sigstore-go/pkg/tuf"
	"github.com/theupdateframework/go-tuf/v2/metadata"
	"github.com/theupdateframework/go-tuf/v2/metadata/config"
	"github.com/theupdateframework/go-tuf/v2/metadata/updater"
)

// Public is where Sigstore's public instance has its repository.
const Public = sigstoretuf.DefaultMirror

// target is what a Sigstore's repository calls its root of trust. Source: sigstore/root-signing, targets.
const target = "trusted_root.json"

// largest is how many bytes a root of trust may have; the public one has 7 KiB.
const largest = 1 << 20

// A Repository is a TUF repository.
type Repository struct {
	URL string
	// Root is the root.json by which its signatures are verified; nil = that of Sigstore's public instance. It may be
	// an old one: the repository has all that followed.
	Root []byte
	// Get reads a file of at most limit bytes. The error for one that does not exist wraps [fs.ErrNotExist].
	Get func(ctx context.Context, at *url.URL, limit int64) ([]byte, error)
}

// Fetch returns the repository's root of trust, the document trusted_root.json.
func (r Repository) Fetch(ctx context.Context) (document []byte, err error) {
	dir, err := os.MkdirTemp("", "tuf-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	cfg, err := r.config(ctx, dir)
	if err != nil {
		return nil, err
	}
	update, err := updater.New(cfg)
	if err != nil {
		return nil, fmt.Errorf("root.json: %w", err)
	}
	if err := update.Refresh(); err != nil {
		return nil, err
	}
	info, err := update.GetTargetInfo(target)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", target, err)
	}
	if info.Length > largest {
		return nil, fmt.Errorf("%s has %d bytes; it may have %d", target, info.Length, largest)
	}
	_, document, err = update.DownloadTarget(info, filepath.Join(dir, "target"), "")
	return document, err
}

func (r Repository) config(ctx context.Context, dir string) (*config.UpdaterConfig, error) {
	root := r.Root
	if root == nil {
		root = sigstoretuf.DefaultRoot()
	}
	cfg, err := config.New(r.URL, root)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.URL, err)
	}
	cfg.LocalMetadataDir, cfg.LocalTargetsDir = dir, dir
	cfg.Fetcher = fetcher(func(at string, limit int64) ([]byte, error) {
		parsed, err := url.Parse(at)
		if err != nil {
			return nil, err
		}
		content, err := r.Get(ctx, parsed, limit)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &metadata.ErrDownloadHTTP{StatusCode: http.StatusNotFound, URL: at}
		}
		return content, err
	})
	return cfg, nil
}

// A fetcher gets files of a repository.
type fetcher func(at string, limit int64) ([]byte, error)

// DownloadFile implements the Fetcher of go-tuf.
func (f fetcher) DownloadFile(at string, limit int64, _ time.Duration) ([]byte, error) {
	return f(at, limit)
}
