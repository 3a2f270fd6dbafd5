package platforms

import (
	"fmt"

	"github.com/opencontainers/go-digest"
)

// An Element is one of an index's list: an instance, an attestation, a nested index, or another artifact.
type Element struct {
	Digest   digest.Digest
	Platform Platform      // as the index has it; zero if it has none
	Target   digest.Digest // what an attestation of BuildKit is of; "" of others
}

// String returns the digest with what the element is, fit to be printed.
func (e Element) String() string {
	if e.Target != "" {
		return fmt.Sprintf("%s (attestation of %s)", e.Digest, e.Target)
	}
	return fmt.Sprintf("%s (%s)", e.Digest, e.Platform)
}
