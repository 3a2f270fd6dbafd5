package main

import (
	"fmt"

	"ecrmirror/internal/mirror"
	"ecrmirror/internal/verify"
	"ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/trust"
)

// verifyFlag says who must have signed images of requests that do not say it.
const verifyFlag = "verify"

// verifier returns what verifies the images of requests, by the trusted root of the environment, which is read when the
// first asks for it.
func (c *copying) verifier() mirror.Verifier {
	return verify.NewRequests(func() (*trust.Root, error) { return trust.Load(c.getenv(envTrustedRoot)) })
}

// parsePolicy returns the canonical text of a policy, "" of none. Its keys must be in it.
func parsePolicy(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	p, err := policy.ParseAlone(text)
	if err != nil {
		return "", fmt.Errorf("--%s: %w", verifyFlag, err)
	}
	return p.String(), nil
}
