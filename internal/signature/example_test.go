package signature_test

import (
	"context"
	"fmt"
	"os"

	"go.podman.io/image/v5/docker"

	"ecrmirror/internal/signature"
)

// A policy often decides by the name alone, before anything is asked of a registry.
func ExamplePolicy_Name() {
	const document = `{
		"default": [{"type": "reject"}],
		"transports": {"docker": {
			"ghcr.io/org": [{"type": "insecureAcceptAnything"}],
			"quay.io/org": [{"type": "sigstoreSigned", "keyPath": "/etc/keys/org.pub"}]
		}}
	}`
	policy, err := signature.Load(document, os.Getenv)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range []string{"ghcr.io/org/app:1", "quay.io/org/app:1", "docker.io/library/alpine:3"} {
		image, err := docker.ParseReference("//" + name)
		if err != nil {
			fmt.Println(err)
			return
		}
		signatures, err := policy.Name(context.Background(), image)
		fmt.Printf("%s: look at signatures: %v, rejected: %v\n", name, signatures, err != nil)
	}
	// Output:
	// ghcr.io/org/app:1: look at signatures: false, rejected: false
	// quay.io/org/app:1: look at signatures: true, rejected: false
	// docker.io/library/alpine:3: look at signatures: false, rejected: true
}
