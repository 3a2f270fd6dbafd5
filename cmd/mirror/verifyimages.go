package main

import (
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/verify"
	"ecrmirror/internal/verify/trust"
)

// verifier returns what verifies the images of requests, by the trusted root of the environment, which is read when the
// first asks for it.
func (c *copying) verifier() mirror.Verifier {
	return verify.NewRequests(func() (*trust.Root, error) { return trust.Load(c.getenv(envTrustedRoot)) })
}
