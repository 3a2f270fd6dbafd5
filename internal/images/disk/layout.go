package disk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/opencontainers/image-spec/specs-go"
	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/manifestdigest"
	"ecrmirror/internal/manifesttype"
	"ecrmirror/internal/mirror/port"
)

// A layoutDestination writes images to an OCI layout, to which others may write at the same time. Its blobs are the
// library's work. Its manifests and the index are not: the library writes them in place, so that a reader finds half of
// one, and a program that is killed leaves that; and it writes the index that it read when it was opened, without what
// others have put there since.
type layoutDestination struct {
	port.Destination
	dir string
}

// PutManifest implements [port.Destination].
func (d *layoutDestination) PutManifest(_ context.Context, m port.Manifest) error {
	if err := m.Digest.Validate(); err != nil {
		return fmt.Errorf("digest %q of the manifest: %w", m.Digest, err)
	}
	return d.replace(filepath.Join(imgspecv1.ImageBlobsDir, m.Digest.Algorithm().String(), m.Digest.Encoded()),
		m.Content)
}

// PutTag implements [port.Destination]: it points the image's name within the layout to its manifest.
func (d *layoutDestination) PutTag(ctx context.Context, image imagename.Name, m port.Manifest) (err error) {
	if m.Digest, err = manifestdigest.Of(m.Content); err != nil { // whatever its source knows it by
		return fmt.Errorf("digest of the manifest: %w", err)
	}
	if err := d.PutManifest(ctx, m); err != nil {
		return err
	}
	root := imgspecv1.Descriptor{MediaType: manifesttype.Of(m.Content), Digest: m.Digest, Size: int64(len(m.Content))}
	if name := image.LayoutName(); name != "" {
		root.Annotations = map[string]string{imgspecv1.AnnotationRefName: name}
	}
	lock, err := lockDirectory(ctx, filepath.Join(d.dir, imgspecv1.ImageBlobsDir), exclusive)
	if err != nil {
		return err
	}
	defer lock.unlock()
	return d.point(root)
}

// point adds a manifest to the index of the layout, which is locked.
func (d *layoutDestination) point(root imgspecv1.Descriptor) error {
	index, err := d.readIndex()
	if err != nil {
		return err
	}
	point(index, root)
	content, err := json.Marshal(index)
	if err != nil {
		return err
	}
	mark, err := json.Marshal(imgspecv1.ImageLayout{Version: imgspecv1.ImageLayoutVersion})
	if err != nil {
		return err
	}
	return errors.Join(d.replace(imgspecv1.ImageLayoutFile, mark), d.replace(imgspecv1.ImageIndexFile, content))
}

// readIndex returns what the layout has by now.
func (d *layoutDestination) readIndex() (*imgspecv1.Index, error) {
	index := &imgspecv1.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: imgspecv1.MediaTypeImageIndex}
	path := filepath.Join(d.dir, imgspecv1.ImageIndexFile)
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return index, nil
	}
	if err == nil {
		err = json.Unmarshal(content, index)
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return index, nil
}

// point adds a manifest to an index. What had its name before stays there without one; where it is there without a
// name, it gets the name.
func point(index *imgspecv1.Index, root imgspecv1.Descriptor) {
	name := root.Annotations[imgspecv1.AnnotationRefName]
	at := -1
	for i, m := range index.Manifests {
		if had := m.Annotations[imgspecv1.AnnotationRefName]; name != "" && had == name {
			delete(m.Annotations, imgspecv1.AnnotationRefName)
		}
		if m.Digest == root.Digest && m.Annotations[imgspecv1.AnnotationRefName] == "" && at < 0 {
			at = i
		}
	}
	if at < 0 {
		index.Manifests = append(index.Manifests, root)
		return
	}
	index.Manifests[at] = root
}

// replace writes a file of the layout, whose readers find all that it was or all that it is.
func (d *layoutDestination) replace(name string, content []byte) (err error) {
	path := filepath.Join(d.dir, name)
	if is, err := os.ReadFile(path); err == nil && bytes.Equal(is, content) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // as the library makes it
		return err
	}
	file, err := os.CreateTemp(d.dir, "oci-put-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	_, err = file.Write(content)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Chmod(file.Name(), 0o644); err != nil { //nolint:gosec // as the library's
		return err
	}
	return os.Rename(file.Name(), path)
}
