package main

import (
	"fmt"
	"strconv"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"ecrmirror/demo/check"
)

// maxListed is how many platforms are listed before they are only counted.
const maxListed = 3

// describe is an image's row in a table of images.
func describe(tree *check.Tree) []string {
	var instances []string
	abouts := 0
	for _, m := range tree.Manifests[1:] {
		if m.About {
			abouts++
		} else {
			instances = append(instances, m.What)
		}
	}
	if len(instances) > maxListed {
		instances = []string{count(len(instances), "platform")}
	}
	if abouts > 0 {
		instances = append(instances, count(abouts, "attestation"))
	}
	return []string{
		tree.Image, tree.Manifests[0].What, strings.Join(instances, ", "), bytesOf(tree.Size()), short(tree.Digest()),
	}
}

// short is a digest as tables show it. Digests are compared in full.
func short(digest v1.Hash) string {
	if len(digest.Hex) < 12 {
		return "none"
	}
	return digest.Hex[:12]
}

// bytesOf writes a number of bytes for people.
func bytesOf(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}

// count writes a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
