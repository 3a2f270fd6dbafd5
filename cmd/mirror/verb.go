package main

import (
	"fmt"
	"slices"
)

// verbs are what other tools begin such a command line with: skopeo copy, crane cp, docker pull.
var verbs = []string{"copy", "cp", "sync", "pull", "push", "mirror"}

// checkVerb refuses a command line that begins with a verb, which would be taken for an image of Docker Hub's.
func checkVerb(args []string) error {
	if len(args) < 3 || !slices.Contains(verbs, args[0]) {
		return nil
	}
	return fmt.Errorf("there is no command %s: mirror SRC DEST[,DEST...] (the image is docker.io/library/%[1]s)", args[0])
}
