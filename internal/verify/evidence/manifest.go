package evidence

import (
	"encoding/json"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/jsonscan"
)

// Pieces returns the evidence in an artifact, its layers of known types, and whether there is more of it than is read.
// An artifact without any is none, and no error. A layer that can't be read keeps no other from being read: others may
// have put it beside them. An error wraps [ErrMalformed].
func Pieces(artifact digest.Digest, manifest []byte) (pieces []Piece, more bool, err error) {
	document, err := jsonscan.Check(manifest)
	if err != nil {
		return nil, false, fmt.Errorf("%w: manifest: %w", ErrMalformed, err)
	}
	for name, layers := range document.Members() {
		if !name.Is("layers") {
			continue
		}
		for layer := range layers.Elements() {
			kind := kindOf(typeOf(layer))
			if kind == "" {
				continue
			}
			if len(pieces) == MostPieces {
				return pieces, true, nil
			}
			p := Piece{Artifact: artifact, Kind: kind}
			if err := p.read(layer); err != nil {
				p.Err = fmt.Errorf("%w: layer: %w", ErrMalformed, err)
			}
			pieces = append(pieces, p)
		}
	}
	return pieces, false, nil
}

// typeOf returns the media type of a layer, "" if it has none.
func typeOf(layer jsonscan.Value) (mediaType string) {
	for name, member := range layer.Members() {
		if name.Is("mediaType") && len(member) < 256 && json.Unmarshal(member, &mediaType) != nil {
			return ""
		}
	}
	return mediaType
}

// read decodes a layer. Of its members no more is decoded than what is known to be small.
func (p *Piece) read(layer jsonscan.Value) error {
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
			return err
		}
	}
	if err := p.Digest.Validate(); err != nil {
		return err
	}
	if p.Size < 0 || p.Size > p.Kind.largest() {
		return fmt.Errorf("a %s of %d bytes; it may have %d", p.Kind, p.Size, p.Kind.largest())
	}
	return nil
}
