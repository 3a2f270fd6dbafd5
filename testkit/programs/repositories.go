package programs

import (
	"fmt"
	"strconv"
	"strings"
)

// A Copy with Tags is one of a repository: its source and its destinations are repositories.

// mirrorRepository returns how this project's program is called for several images.
func mirrorRepository(c Copy) []string {
	command := []string{c.Path, c.Source + ":" + strings.Join(c.Tags, ",")}
	for _, to := range c.Destinations {
		command = append(command, to+":*")
	}
	return command
}

// craneRepository copies all tags in one process, as many at a time as it is wide.
func craneRepository(c Copy, to string) []string {
	command := []string{c.Path, "copy", "--all-tags", c.Source, to}
	if n := width(c.Setting); n > 0 {
		command = append(command, "--jobs", strconv.Itoa(n))
	}
	return command
}

// skopeoRepository copies all tags in one process, one after another: it has no setting of how many at a time, nor of
// blobs. It gives the repository at the destination the last element of the source's name.
func skopeoRepository(c Copy, to string) []string {
	return []string{
		c.Path, "sync", "--insecure-policy", "--src", "docker", "--dest", "docker", "--all", "--preserve-digests",
		"--src-tls-verify=false", "--dest-tls-verify=false", c.Source, to[:strings.LastIndexByte(to, '/')],
	}
}

// orasRepository copies each tag by a process of its own, as many at a time as it is wide: a copy is of one image.
func orasRepository(c Copy, to string) []string {
	one := []string{c.Path, "copy", "--from-plain-http", "--to-plain-http"}
	if n := width(c.Setting); n > 0 {
		one = append(one, "--concurrency", strconv.Itoa(n))
	}
	one = append(one, c.Source+":{}", to+":{}")
	script := fmt.Sprintf(`printf '%%s\n' "$@" | xargs -P %d -I '{}' %s`, max(1, width(c.Setting)),
		strings.Join(one, " "))
	return append([]string{"sh", "-c", script, "sh"}, c.Tags...)
}

// syncEntries returns what a file of regsync says is to be copied to a place: a repository, whose tags it takes one
// after another; or, for one that is wide, each tag by itself, so that it takes them side by side.
func syncEntries(c Copy, to string) string {
	const entry = "  - source: %q\n    target: %q\n    type: %s\n"
	var b strings.Builder
	if n := width(c.Setting); n > 0 && len(c.Tags) > 0 {
		fmt.Fprintf(&b, "defaults:\n  parallel: %d\n", n)
	}
	b.WriteString("sync:\n")
	switch {
	case len(c.Tags) == 0:
		fmt.Fprintf(&b, entry, c.Source, to, "image")
	case width(c.Setting) == 0:
		fmt.Fprintf(&b, entry, c.Source, to, "repository")
	default:
		for _, tag := range c.Tags {
			fmt.Fprintf(&b, entry, c.Source+":"+tag, to+":"+tag, "image")
		}
	}
	return b.String()
}
