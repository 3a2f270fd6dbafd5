// Package artifacts says what belongs to an image beside its manifests and blobs: signatures, SBOMs, attestations and
// the like. Such an artifact is a referrer, whose manifest names its subject, or is named by a digest tag, such as
// sha256-HEX.sig, after the digest of its subject.
//
// It is pure. What it reads is from strangers, and bounded.
package artifacts

import (
	"errors"

	"github.com/opencontainers/go-digest"
)

// An Artifact is what belongs to a manifest, its subject, as a place lists it.
type Artifact struct {
	Digest digest.Digest
	Size   int64  // bytes of its manifest; -1 if the list does not say
	Type   string // the artifactType of its manifest, or the media type of its config; "" if the list does not say
	Tag    string // the digest tag that names it; "" of a referrer
}

// ErrNoList says that a place does not let its artifacts be listed, by no way there is: it forbids that, or its answers
// make no sense. Other errors of a listing may be gone on another try. A place that merely has no referrers API, or no
// artifacts, is none of it.
var ErrNoList = errors.New("its artifacts can't be listed")

// ErrMany says that more belongs to a manifest than is listed.
var ErrMany = errors.New("too many artifacts")

// Limits on what belongs to an image: above any real one.
const (
	// Levels is how deep artifacts of artifacts are followed: the signature of an SBOM is on the second level.
	Levels = 3
	// Most is how many artifacts an image may have on all levels together.
	Most = 1_000
)
