package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/opencontainers/go-digest"
)

// A content is which images there are: so many, by numbers from 0 on.
type content struct {
	images int
	// tags are how many a source repository has, which is a selection's; 0 = each image has a repository of its own,
	// and an entry.
	tags int
}

// sourcePrefix is what source repositories' names begin with; their numbers follow.
const sourcePrefix = "library/app-"

// source returns the source repository of an image, and its tag there.
func (c content) source(i int) (repository, tag string) {
	if c.tags == 0 {
		return fmt.Sprint(sourcePrefix, i), "1"
	}
	return fmt.Sprint(sourcePrefix, i/c.tags), tagged(i % c.tags)
}

// tagPrefix is what tags of a repository with several begin with; their numbers follow.
const tagPrefix = "1.0."

// tagged is the tag with that number in a repository.
func tagged(n int) string { return fmt.Sprint(tagPrefix, n) }

// all returns the tags of every repository.
func (c content) all() []string {
	tags := make([]string, c.tags)
	for n := range tags {
		tags[n] = tagged(n)
	}
	return tags
}

// number returns the number of the image whose manifest has that path.
func (c content) number(path string) int {
	number, reference, _ := strings.Cut(strings.TrimPrefix(path, "/v2/"+sourcePrefix), "/manifests/")
	i, _ := strconv.Atoi(number)
	if c.tags > 0 {
		n, _ := strconv.Atoi(strings.TrimPrefix(reference, tagPrefix))
		i = i*c.tags + n
	}
	return i
}

// What every image is made of.
const (
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	config       = "{}"
)

// manifest is an image of its own for each number and version.
func manifest(i, version int) string {
	return fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":%q,"size":%d},`+
		`"layers":[],"annotations":{"image":"%d","version":"%d"}}`, manifestType, digest.FromString(config),
		len(config), i, version)
}
