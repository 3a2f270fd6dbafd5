package main

import (
	"slices"
	"testing"
)

func TestAPathHasTheNumberOfItsImage(t *testing.T) {
	for _, c := range []content{{images: 12}, {images: 12, tags: 4}} {
		for i := range c.images {
			repository, tag := c.source(i)
			if got := c.number("/v2/" + repository + "/manifests/" + tag); got != i {
				t.Errorf("%s:%s is image %d, want %d", repository, tag, got, i)
			}
			if c.tags > 0 && !slices.Contains(c.all(), tag) {
				t.Errorf("tag %s is not in %v", tag, c.all())
			}
		}
	}
}
