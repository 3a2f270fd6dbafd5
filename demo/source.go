package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"ecrmirror/demo/check"
)

// probe looks whether the image of -source can be read by anyone.
func (d *demo) probe(ctx context.Context) error {
	d.story.Heading("Look at " + d.extra)
	tree, err := check.Read(ctx, plainName(d.extra))
	if err != nil {
		return fmt.Errorf("the image to mirror too cannot be read: %w (check its name and the network; "+
			"it has to be in a registry and readable without login; without such an image the demo needs no network)",
			err)
	}
	d.story.Table([]string{"IMAGE", "WHAT IT IS", "INSTANCES", "BLOBS", "DIGEST"}, [][]string{describe(tree)})
	return nil
}

// plainName is an image name without docker://.
func plainName(image string) string { return strings.TrimPrefix(image, "docker://") }

// copyName is what the image of -source is called at its destinations: its
// repository, and its tag if it has one.
func copyName(image string) (string, error) {
	ref, err := name.ParseReference(plainName(image))
	if err != nil {
		return "", err
	}
	tag := "latest"
	if tagged, ok := ref.(name.Tag); ok {
		tag = tagged.TagStr()
	}
	return "extra/" + ref.Context().RepositoryStr() + ":" + tag, nil
}
