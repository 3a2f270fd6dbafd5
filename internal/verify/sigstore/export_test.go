package sigstore

import "github.com/opencontainers/go-digest"

// About returns what a claim says that it is about.
func About(c *Claim) []digest.Digest { return c.about }
