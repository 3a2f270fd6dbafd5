package references

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	imgspecv1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/internal/manifesttype"
)

// Contains reports whether a manifest has each layer of another one, with the same annotations: those of a signature
// are what it consists of, and its layer is what was signed, which several may share
// (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md). What has no layers, such as an index,
// consists of something else, and nothing contains it.
func Contains(whole, part []byte) (bool, error) {
	has, err := layersOf(whole)
	if err != nil {
		return false, err
	}
	wanted, err := layersOf(part)
	if err != nil {
		return false, err
	}
	for _, layer := range wanted {
		if !slices.ContainsFunc(has, func(other imgspecv1.Descriptor) bool {
			return other.Digest == layer.Digest && maps.Equal(other.Annotations, layer.Annotations)
		}) {
			return false, nil
		}
	}
	return len(wanted) > 0, nil
}

// layersOf returns the layers of a manifest that can be read in one way.
func layersOf(raw []byte) ([]imgspecv1.Descriptor, error) {
	if _, err := Parse(raw, manifesttype.Of(raw)); err != nil {
		return nil, err
	}
	var m imgspecv1.Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("layers: %w", err)
	}
	return m.Layers, nil
}
