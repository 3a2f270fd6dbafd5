package conflict_test

import (
	"fmt"

	"ecrmirror/internal/conflict"
	"ecrmirror/internal/entry"
)

// Two entries write one destination, by two hosts of the same registry, and two have one source.
func Example() {
	const account = "111122223333"
	found := conflict.Among([]entry.Entry{
		{Source: "docker.io/library/alpine:3.20", Destinations: []string{
			account + ".dkr.ecr.us-east-1.amazonaws.com/alpine:3",
		}},
		{Source: "docker.io/library/alpine:3.21", Destinations: []string{
			account + ".dkr.ecr-fips.us-east-1.amazonaws.com/alpine:3",
		}},
		{Source: "busybox:1", Destinations: []string{"registry.example.com/busybox:1"}},
		{Source: "docker.io/library/busybox:1", Destinations: []string{"registry.example.com/busybox:one"}},
	})

	alpine, destination := entry.ParseName("docker.io/library/alpine:3.21"), entry.ParseName(
		account+".dkr.ecr.us-east-1.amazonaws.com/alpine:3")
	busybox := entry.ParseName("busybox:1")
	fmt.Println(found.Destination(alpine, entry.Wants{}, destination))
	fmt.Println(found.Destination(busybox, entry.Wants{}, entry.ParseName("registry.example.com/busybox:1")))
	fmt.Println(found.Source(busybox))
	// Output:
	// is written by entry "docker.io/library/alpine:3.20", too: take it out of all entries but one
	// <nil>
	// is the same image as the source of entry "docker.io/library/busybox:1": remove all of them but one
}
