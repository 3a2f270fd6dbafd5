package conflict_test

import (
	"fmt"

	"ecrmirror/internal/conflict"
)

// Two entries write one destination, by two hosts of the same registry, and two have one source.
func Example() {
	const destination = "111122223333.dkr.ecr.us-east-1.amazonaws.com/alpine:3"
	var index conflict.Index
	index.Add("docker.io/library/alpine:3.20", []string{destination})
	index.Add("docker.io/library/alpine:3.21", []string{"111122223333.dkr.ecr-fips.us-east-1.amazonaws.com/alpine:3"})
	index.Add("busybox:1", []string{"registry.example.com/busybox:1"})
	index.Add("docker.io/library/busybox:1", []string{"registry.example.com/busybox:one"})
	found := index.Find()

	fmt.Println(found.Destination("docker.io/library/alpine:3.21", destination))
	fmt.Println(found.Destination("busybox:1", "registry.example.com/busybox:1"))
	fmt.Println(found.Source("busybox:1"))
	// Output:
	// is written by entry "docker.io/library/alpine:3.20", too: take it out of all entries but one
	// <nil>
	// is the same image as the source of entry "docker.io/library/busybox:1": remove all of them but one
}
