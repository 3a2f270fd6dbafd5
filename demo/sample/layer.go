// Package sample makes the container images that the demo mirrors: real ones, of
// files on disk, in the formats that people push.
package sample

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path"
	"path/filepath"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// A File is a file on disk and its place in an image.
type File struct {
	Path string // on disk; its permissions are kept
	Name string // in the image, without a leading slash
}

// A Layer is a gzip-compressed tar archive, in memory. The same files make the same bytes.
type Layer struct {
	content        []byte
	digest, diffID v1.Hash
}

// Compress makes a layer of files, with the directories that they are in.
func Compress(files ...File) (*Layer, error) {
	var content bytes.Buffer
	compressed, plain := sha256.New(), sha256.New()
	// The fastest level: the layer is made for one demo, and read on the same machine.
	zipper, err := gzip.NewWriterLevel(io.MultiWriter(&content, compressed), gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	archive := tar.NewWriter(io.MultiWriter(zipper, plain))
	if err := addAll(archive, files); err != nil {
		return nil, fmt.Errorf("making layer: %w", err)
	}
	if err := errors.Join(archive.Close(), zipper.Close()); err != nil {
		return nil, fmt.Errorf("making layer: %w", err)
	}
	return &Layer{content: content.Bytes(), digest: sum(compressed), diffID: sum(plain)}, nil
}

func sum(h hash.Hash) v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(h.Sum(nil))}
}

func addAll(archive *tar.Writer, files []File) error {
	made := map[string]bool{}
	for _, file := range files {
		for i, r := range file.Name {
			if dir := file.Name[:i]; r == '/' && !made[dir] {
				made[dir] = true
				if err := archive.WriteHeader(header(tar.TypeDir, dir+"/", 0o755, 0)); err != nil {
					return err
				}
			}
		}
		if err := add(archive, file); err != nil {
			return err
		}
	}
	return nil
}

func add(archive *tar.Writer, file File) error {
	if !filepath.IsLocal(file.Name) || path.Clean(file.Name) != file.Name {
		return fmt.Errorf("%q is no name of a file in an image", file.Name)
	}
	f, err := os.Open(file.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := archive.WriteHeader(header(tar.TypeReg, file.Name, int64(info.Mode().Perm()), info.Size())); err != nil {
		return err
	}
	_, err = io.Copy(archive, f)
	return err
}

// header has no time of its own, so that the same files make the same layer.
func header(kind byte, name string, mode, size int64) *tar.Header {
	return &tar.Header{
		Typeflag: kind, Name: name, Mode: mode, Size: size, ModTime: time.Unix(0, 0), Format: tar.FormatPAX,
	}
}

// A typed layer is a layer in an image of one format.
type typed struct {
	*Layer
	mediaType types.MediaType
}

var _ v1.Layer = typed{}

func (l typed) MediaType() (types.MediaType, error) { return l.mediaType, nil }

// Digest returns the digest of the compressed content.
func (l *Layer) Digest() (v1.Hash, error) { return l.digest, nil }

// DiffID returns the digest of the archive.
func (l *Layer) DiffID() (v1.Hash, error) { return l.diffID, nil }

// Size returns the size of the compressed content in bytes.
func (l *Layer) Size() (int64, error) { return int64(len(l.content)), nil }

// Compressed returns the compressed content.
func (l *Layer) Compressed() (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(l.content)), nil
}

// Uncompressed returns the archive.
func (l *Layer) Uncompressed() (io.ReadCloser, error) {
	return gzip.NewReader(bytes.NewReader(l.content))
}
