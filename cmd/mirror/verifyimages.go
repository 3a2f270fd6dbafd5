package main

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"ecrmirror/internal/mirror"
	"ecrmirror/internal/verify"
	"ecrmirror/internal/verify/kmskeys"
	"ecrmirror/internal/verify/trust"
)

// verifier returns what verifies the images of requests, by the trusted root of the environment and by keys of KMS. The
// root is read when the first asks for it, and so is each key.
func (c *copying) verifier(cfg aws.Config) mirror.Verifier {
	load := func() (*trust.Root, error) { return trust.Load(c.getenv(envTrustedRoot)) }
	return verify.NewRequests(load, kmskeys.New(cfg, nil))
}
