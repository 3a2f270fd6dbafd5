// Package evidence finds what is signed about an image: among the artifacts of its manifest, in the layers of these. It
// reads cosign's signatures and attestations, under digest tags or as referrers, and Sigstore's bundles. Whether they
// are good is not its business; what it reads is bounded, and is what its digests say.
package evidence

import (
	"errors"
	"strings"

	"github.com/opencontainers/go-digest"
)

// A Kind says what a piece of evidence is.
type Kind string

const (
	// Payload is a signature of cosign 2: a text that names the image, and its signature in the annotations.
	Payload Kind = "signature"
	// Envelope is an attestation of cosign 2: a DSSE envelope, with what belongs to its signature in the annotations.
	Envelope Kind = "attestation"
	// Bundle is a Sigstore bundle, of cosign 3 and of GitHub's attestations.
	Bundle Kind = "bundle"
)

// Media types of layers. Sources: cosign, pkg/types/media.go; sigstore/protobuf-specs, sigstore_bundle.proto. Bundles
// have had the types application/vnd.dev.sigstore.bundle+json;version=0.1 and
// application/vnd.dev.sigstore.bundle.v0.3+json.
const (
	payloadType  = "application/vnd.dev.cosign.simplesigning.v1+json"
	envelopeType = "application/vnd.dsse.envelope.v1+json"
	bundleType   = "application/vnd.dev.sigstore.bundle"
)

// Limits on what is looked at. A signature has some 300 bytes, a bundle with the provenance of a build some 20 KiB. A
// manifest is re-signed as often as it is released.
const (
	// MostArtifacts is how many artifacts of one manifest are read.
	MostArtifacts = 128
	// MostPieces is how many pieces of one artifact are read: the first ones. Cosign appends what it adds, so that
	// who adds signatures hides none. Who may put something else at the tag can take signatures away, too.
	MostPieces = 128
	// LargestPayload is how many bytes the text of a signature may have.
	LargestPayload = 64 << 10
	// LargestBundle is how many bytes a bundle or an envelope may have.
	LargestBundle = 4 << 20

	largestManifest    = 4 << 20 // bytes: as much as registries take
	longestAnnotations = 64 << 10
)

// A Piece is one piece of evidence: a layer of an artifact.
type Piece struct {
	Artifact    digest.Digest // manifest that the layer is of
	Kind        Kind
	Digest      digest.Digest
	Size        int64             // bytes
	Annotations map[string]string // cosign 2's, of the layer
	// Err says why the piece can't be read, by what the manifest says of it; nil if it can. It wraps [ErrMalformed].
	Err error
}

// ErrMalformed says that an artifact is not what its type promises, and never will be.
var ErrMalformed = errors.New("malformed")

// kindOf returns the kind of a layer; "" if it is no evidence.
func kindOf(mediaType string) Kind {
	switch {
	case mediaType == payloadType:
		return Payload
	case mediaType == envelopeType:
		return Envelope
	case mediaType == bundleType+"+json", strings.HasPrefix(mediaType, bundleType+"+json;"),
		strings.HasPrefix(mediaType, bundleType+".v"):
		return Bundle
	}
	return ""
}

// largest returns how many bytes a piece may have.
func (k Kind) largest() int64 {
	if k == Payload {
		return LargestPayload
	}
	return LargestBundle
}
