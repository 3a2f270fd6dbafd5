package edit

import (
	"strings"

	"ecrmirror/internal/imagename"
)

// assumed says what a name of an image means beyond what is written: "" if all of it is.
func assumed(written string) string {
	name, err := imagename.Parse(written)
	if err != nil || name.Repository == "" {
		return ""
	}
	var why []string
	if name.Host == "docker.io" && !strings.Contains(written, "docker.io/") {
		why = append(why, "a short name is Docker Hub's")
	}
	if name.IsRepository() {
		why = append(why, "no tag is latest")
	}
	if len(why) == 0 {
		return ""
	}
	return written + " means " + name.OrLatest().String() + ": " + strings.Join(why, ", and ")
}
