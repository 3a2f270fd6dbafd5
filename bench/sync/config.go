package main

import (
	"fmt"
	"strings"
)

// A file is one that a program is given.
type file struct {
	name, text string
	noTLS      int // lines that are there because these registries have no TLS
}

// lines returns how many lines of configuration the files have, without what these registries alone need.
func lines(files []file) (n int) {
	for _, f := range files {
		for line := range strings.Lines(f.text) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				n++
			}
		}
		n -= f.noTLS
	}
	return n
}

// mirrorRules is mirror's file with an entry for each repository, whose rule chooses the tags.
func mirrorRules(s selection) file {
	var b strings.Builder
	fmt.Fprintf(&b, "defaults:\n  destinations: %s/mirrored/{name}\n  tags: [{version: %q, newest: all}]\nentries:\n",
		s.to, versions)
	for _, name := range repositories() {
		fmt.Fprintf(&b, "  - source: %s\n", s.source(name))
	}
	return file{name: "mirror.yaml", text: b.String()}
}

// mirrorTags is mirror's file with an entry for each tag.
func mirrorTags(s selection) file {
	var b strings.Builder
	b.WriteString("entries:\n")
	for _, name := range repositories() {
		for _, tag := range chosen() {
			fmt.Fprintf(&b, "  - source: %s:%s\n    destinations: %s:%s\n", s.source(name), tag, s.destination(name), tag)
		}
	}
	return file{name: "mirror.yaml", text: b.String()}
}

// A tuning is how wide regsync is; the zero value is as it is by default.
type tuning struct {
	parallel, requests int
}

// regsyncRules is regsync's file with an entry for each repository, whose tags are chosen by a range.
func regsyncRules(s selection, t tuning) file {
	f := regsyncHead(s, t)
	for _, name := range repositories() {
		f.text += fmt.Sprintf("  - source: %s\n    target: %s\n    type: repository\n    tags:\n      semverRange: [%q]\n",
			s.source(name), s.destination(name), versions)
	}
	return f
}

// regsyncTags is regsync's file with an entry for each tag.
func regsyncTags(s selection, t tuning) file {
	f := regsyncHead(s, t)
	for _, name := range repositories() {
		for _, tag := range chosen() {
			f.text += fmt.Sprintf("  - source: %s:%s\n    target: %s:%s\n    type: image\n", s.source(name), tag,
				s.destination(name), tag)
		}
	}
	return f
}

// regsyncHead is what a file of regsync begins with.
func regsyncHead(s selection, t tuning) file {
	f := file{name: "regsync.yml", noTLS: 5} // creds, and two lines a registry
	f.text = "version: 1\ncreds:\n"
	for _, host := range []string{s.from, s.to} {
		f.text += fmt.Sprintf("  - registry: %s\n    tls: disabled\n", host)
		if t.requests > 0 {
			f.text += fmt.Sprintf("    reqConcurrent: %d\n", t.requests)
			f.noTLS = 2
		}
	}
	if t.parallel > 0 {
		f.text += fmt.Sprintf("defaults:\n  parallel: %d\n", t.parallel)
	}
	f.text += "sync:\n"
	return f
}

// skopeoRules is a file of skopeo for some repositories, whose tags are chosen by a range.
func skopeoRules(s selection, name string, repositories ...string) file {
	f := file{name: name, noTLS: 1}
	f.text = fmt.Sprintf("%q:\n  tls-verify: false\n  images-by-semver:\n", s.from)
	for _, repository := range repositories {
		f.text += fmt.Sprintf("    %s: %q\n", sourceName(repository), versions)
	}
	return f
}

// skopeoTags is a file of skopeo for some repositories, whose tags are named.
func skopeoTags(s selection, name string, repositories ...string) file {
	f := file{name: name, noTLS: 1}
	f.text = fmt.Sprintf("%q:\n  tls-verify: false\n  images:\n", s.from)
	for _, repository := range repositories {
		f.text += fmt.Sprintf("    %s: [\"%s\"]\n", sourceName(repository), strings.Join(chosen(), `", "`))
	}
	return f
}
