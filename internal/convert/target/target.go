// Package target says where an image goes whose peer's file names no destination: below one that the command line
// names.
package target

import (
	"errors"
	"strings"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
)

// ErrNone says that a destination is needed.
var ErrNone = errors.New("no destination")

// A Form is what of a source's name stands below a target.
type Form int

// The forms, of docker.io/library/nginx for example.
const (
	FullName    Form = iota // library/nginx
	LastElement             // nginx
	WithHost                // docker.io/library/nginx
)

// Repository returns the destination of a source repository. A target with {name} or {repository} in it is a template,
// as the destinations of a selection are. Its error is [ErrNone] of an empty target.
func Repository(target string, source imagename.Name, form Form) (string, error) {
	source.Tag, source.Digest = "", ""
	switch {
	case target == "":
		return "", ErrNone
	case strings.Contains(target, "{"):
		template, err := entry.ParseTemplate(target)
		if err != nil {
			return "", err
		}
		name, err := template.Repository(source)
		return name.String(), err
	}
	below := source.Repository
	switch form {
	case FullName:
	case LastElement:
		below = below[strings.LastIndexByte(below, '/')+1:]
	case WithHost:
		below = source.String()
	}
	return strings.TrimRight(target, "/") + "/" + below, nil
}
