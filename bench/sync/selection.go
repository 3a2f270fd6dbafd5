package main

import "fmt"

// versions is the range of the tags that are mirrored.
const versions = ">=1.0.0"

// tagsEach is how many tags of a repository are mirrored.
const tagsEach = 10

// A selection is what is mirrored, from where, and to where.
type selection struct {
	from, to string // hosts
}

// repositories are the last elements of their names, which they keep at the destination.
func repositories() []string { return []string{"api", "proxy", "web", "worker"} }

// chosen are the tags that are mirrored of each repository, the oldest first.
func chosen() (tags []string) {
	for minor := range tagsEach {
		tags = append(tags, fmt.Sprintf("1.%d.0", minor))
	}
	return tags
}

// others are tags that a repository has beside.
func others() []string { return []string{"0.9.0", "0.10.0", "edge", "latest", "nightly"} }

func sourceName(repository string) string      { return "library/" + repository }
func destinationName(repository string) string { return "mirrored/" + repository }

func (s selection) source(repository string) string { return s.from + "/" + sourceName(repository) }
func (s selection) destination(repository string) string {
	return s.to + "/" + destinationName(repository)
}
