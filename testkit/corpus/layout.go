package corpus

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// A layout is an OCI layout that is being written.
type layout struct{ dir string }

func newLayout(dir string) (*layout, error) {
	l := &layout{dir: dir}
	return l, os.MkdirAll(filepath.Join(dir, "blobs", "sha256"), 0o755)
}

// put stores a blob and returns its digest and size in bytes.
func (l *layout) put(content io.Reader) (d digest.Digest, size int64, err error) {
	f, err := os.CreateTemp(l.dir, "blob-")
	if err != nil {
		return "", 0, err
	}
	hash := digest.SHA256.Digester()
	size, err = io.Copy(io.MultiWriter(f, hash.Hash()), content)
	if err = errors.Join(err, f.Close()); err != nil {
		return "", 0, err
	}
	return hash.Digest(), size, os.Rename(f.Name(), filepath.Join(l.dir, "blobs", "sha256", hash.Digest().Encoded()))
}

// finish writes the index of the layout, with a name for each image.
func (l *layout) finish(images []Image) error {
	index := v1.Index{Versioned: schema2, MediaType: v1.MediaTypeImageIndex}
	for _, image := range images {
		desc := image.Root
		desc.Annotations = map[string]string{v1.AnnotationRefName: image.Name}
		index.Manifests = append(index.Manifests, desc)
	}
	if err := os.WriteFile(filepath.Join(l.dir, v1.ImageIndexFile), mustJSON(index), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(l.dir, v1.ImageLayoutFile),
		mustJSON(v1.ImageLayout{Version: v1.ImageLayoutVersion}), 0o600)
}
