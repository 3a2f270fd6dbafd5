package evidence

import (
	"encoding/json"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/jsonscan"
)

// Pieces returns the evidence in an artifact: its layers of known types. An artifact without any is none, and no error.
// An error wraps [ErrMalformed].
func Pieces(artifact digest.Digest, manifest []byte) ([]Piece, error) {
	document, err := jsonscan.Check(manifest)
	if err != nil {
		return nil, fmt.Errorf("%w: manifest: %w", ErrMalformed, err)
	}
	var pieces []Piece
	for name, layers := range document.Members() {
		if !name.Is("layers") {
			continue
		}
		for layer := range layers.Elements() {
			p, err := readPiece(artifact, layer)
			if err != nil {
				return nil, fmt.Errorf("%w: layer: %w", ErrMalformed, err)
			}
			if p.Kind == "" {
				continue
			}
			if len(pieces) == MostPieces {
				return nil, fmt.Errorf("%w: more than %d signatures", ErrMalformed, MostPieces)
			}
			pieces = append(pieces, p)
		}
	}
	return pieces, nil
}

// readPiece decodes a layer, if it is evidence. Of its members no more is decoded than what is known to be small.
func readPiece(artifact digest.Digest, layer jsonscan.Value) (Piece, error) {
	var mediaType string
	for name, member := range layer.Members() {
		if name.Is("mediaType") && len(member) < 256 {
			if err := json.Unmarshal(member, &mediaType); err != nil {
				return Piece{}, err
			}
		}
	}
	p := Piece{Artifact: artifact, Kind: kindOf(mediaType)}
	if p.Kind == "" {
		return Piece{}, nil
	}
	for name, member := range layer.Members() {
		var err error
		switch {
		case name.Is("digest"):
			err = json.Unmarshal(member, &p.Digest)
		case name.Is("size"):
			err = json.Unmarshal(member, &p.Size)
		case name.Is("annotations") && len(member) > longestAnnotations:
			err = fmt.Errorf("annotations of %d bytes, more than %d", len(member), longestAnnotations)
		case name.Is("annotations"):
			err = json.Unmarshal(member, &p.Annotations)
		}
		if err != nil {
			return Piece{}, err
		}
	}
	if err := p.Digest.Validate(); err != nil {
		return Piece{}, err
	}
	if p.Size < 0 || p.Size > p.Kind.largest() {
		return Piece{}, fmt.Errorf("a %s of %d bytes; it may have %d", p.Kind, p.Size, p.Kind.largest())
	}
	return p, nil
}
