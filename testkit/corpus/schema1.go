package corpus

import (
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/manifest"
)

// A Schema1 is an image by Docker's first schema, signed. It has no config. It is not in
// the layout, for OCI layouts and the registries of today do not hold this type.
type Schema1 struct {
	Manifest  []byte // with its signature, which is new each time
	MediaType string
	Digest    digest.Digest // of the signed payload, without the signature
	Layers    [][]byte      // the lowest first
}

// NewSchema1 makes such an image, of two layers.
func NewSchema1(salt string) (Schema1, error) {
	image := Schema1{MediaType: manifest.DockerV2Schema1SignedMediaType}
	var layers []manifest.Schema1FSLayers
	var history []manifest.Schema1History
	for i, size := range []int64{4_000, 30_000} {
		id := digest.FromString(fmt.Sprint("schema1", salt, i)).Encoded()
		layer, err := io.ReadAll(io.LimitReader(rand.NewChaCha8([32]byte([]byte(id)[:32])), size))
		if err != nil {
			return image, err
		}
		image.Layers = append(image.Layers, layer)
		entry := map[string]any{"id": id, "os": "linux", "architecture": "amd64"}
		if i > 0 {
			entry["parent"] = digest.FromString(fmt.Sprint("schema1", salt, i-1)).Encoded()
		}
		layers = append([]manifest.Schema1FSLayers{{BlobSum: digest.FromBytes(layer)}}, layers...)
		history = append([]manifest.Schema1History{{V1Compatibility: string(mustJSON(entry))}}, history...)
	}
	m, err := manifest.Schema1FromComponents(nil, layers, history, "amd64")
	if err != nil {
		return image, fmt.Errorf("making a schema 1 manifest: %w", err)
	}
	if image.Manifest, err = m.Serialize(); err != nil {
		return image, fmt.Errorf("signing a schema 1 manifest: %w", err)
	}
	image.Digest, err = manifest.Digest(image.Manifest)
	return image, err
}
