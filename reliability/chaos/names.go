package main

import (
	"fmt"
	"strings"
)

// tags are the tags of what is copied, as a request names them.
func (w *world) tags() string {
	tags := make([]string, len(w.images))
	for n, i := range w.images {
		tags[n] = i.tag
	}
	return strings.Join(tags, ",")
}

// destTag is the tag of a destination, as a request names it.
func (w *world) destTag() string {
	if w.fault.many {
		return "*"
	}
	return tag
}

// sourceName is what is copied.
func (w *world) sourceName() string { return w.sourceNamed(w.tags()) }

// sourceNameOf is one of the images.
func (w *world) sourceNameOf(i image) string { return w.sourceNamed(i.tag) }

func (w *world) sourceNamed(tags string) string {
	switch {
	case w.fault.sourceHost != "":
		return w.fault.sourceHost + "/" + w.from + ":" + tags
	case w.fault.way == fromECR:
		return w.ecrHost() + "/" + repository + ":" + tags
	}
	return w.source.Host() + "/" + w.from + ":" + tags
}

func (w *world) ecrHost() string {
	return fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com", w.ecr.Account(), w.ecr.Region())
}

// destNames are the destinations.
func (w *world) destNames() []string { return w.destNamed(w.destTag()) }

// destNamesOf are the destinations of one of the images.
func (w *world) destNamesOf(i image) []string { return w.destNamed(i.tag) }

func (w *world) destNamed(tag string) []string {
	if w.fault.way == toECR {
		return []string{w.ecrHost() + "/" + repository + ":" + tag}
	}
	var names []string
	for _, s := range w.sinks {
		names = append(names, s.Host()+"/"+repository+":"+tag)
	}
	return names
}
