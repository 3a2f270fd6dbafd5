// Package manifestdigest tells the digest of a manifest, which is that of its bytes; but of a signed
// manifest of Docker's schema 1 it leaves the signatures out.
package manifestdigest

import (
	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/manifest"

	"ecrmirror/internal/manifesttype"
)

// Of returns the SHA-256 digest of a manifest: of its bytes or, where it is a signed one of schema 1, of those that
// were signed. It fails for a signed one whose signatures do not tell which bytes were signed.
func Of(raw []byte) (digest.Digest, error) { return By(digest.Canonical, raw) }

// By returns the digest of a manifest by the given algorithm, which must be available, as [Of] does by SHA-256.
func By(algorithm digest.Algorithm, raw []byte) (digest.Digest, error) {
	if manifesttype.Of(raw) != manifest.DockerV2Schema1SignedMediaType {
		return algorithm.FromBytes(raw), nil
	}
	payload, err := signedPayload(raw)
	if err != nil {
		return "", err
	}
	return algorithm.FromBytes(payload), nil
}
