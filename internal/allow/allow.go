// Package allow holds image names against lists of what may be read and what may be written. A
// name is judged by what it means, not by how it is written: the hosts of one registry, upper
// and lower case, its default port, and an ARN are the same to it. Nothing here uses the
// network.
package allow

import (
	"fmt"
	"strings"

	"ecrmirror/internal/imagename"
)

// Lists say which images may be read and which may be written. The zero Lists allow all.
type Lists struct {
	Sources      List
	Destinations List
}

// Source returns a *[RefusedError] unless the image may be read.
func (l Lists) Source(name imagename.Name) error { return l.Sources.check("sources", name) }

// SourceBelow returns a *[RefusedError] unless a repository of the namespace may be read.
func (l Lists) SourceBelow(namespace imagename.Namespace) error {
	if l.Sources.allowsBelow(namespace) {
		return nil
	}
	return &RefusedError{Name: namespace.Registry, What: "sources", Setting: l.Sources.setting}
}

// Destination returns a *[RefusedError] unless the image may be written.
func (l Lists) Destination(name imagename.Name) error {
	return l.Destinations.check("destinations", name)
}

// A List is a number of patterns, of which a name must match one. The zero List allows all
// names. A List is safe for concurrent use.
type List struct {
	setting  string
	patterns []pattern
}

// Parse parses patterns; none at all allow everything. setting is the name that a [RefusedError] gives the list. A
// pattern is
//
//   - HOST or HOST/REPOSITORY, without tag and digest; Docker Hub's host is docker.io;
//   - ecr:ACCOUNT or ecr:ACCOUNT/REPOSITORY, private ECR of that account in any region;
//   - oci:PATH or dir:PATH, files; oci: and dir: alone are all of them.
//
// In a segment between slashes (also the host, and an account), * stands for any characters; /**
// at the end for everything below. The error quotes the first pattern that is wrong.
func Parse(setting string, patterns []string) (List, error) {
	list := List{setting: setting}
	for _, s := range patterns {
		p, err := parsePattern(strings.TrimSpace(s))
		if err != nil {
			return List{}, fmt.Errorf("pattern %q of %s: %w", s, setting, err)
		}
		list.patterns = append(list.patterns, p)
	}
	return list, nil
}

// Allows reports whether a name matches one of the patterns, or there are none. The name's tag
// and digest do not matter.
func (l List) Allows(name imagename.Name) bool {
	if len(l.patterns) == 0 {
		return true
	}
	places := placesOf(name)
	for _, p := range l.patterns {
		for _, at := range places {
			if p.matches(at) {
				return true
			}
		}
	}
	return false
}

// allowsBelow reports whether some repository below a path may match one of the patterns, or there are none.
func (l List) allowsBelow(namespace imagename.Namespace) bool {
	const some = "x/x" // two elements: of one alone Docker Hub makes library/x
	below := namespace.Repository(strings.TrimPrefix(namespace.Path+"/"+some, "/"))
	for _, p := range l.patterns {
		for _, at := range placesOf(below) {
			at.segments = at.segments[:len(at.segments)-2]
			if p.matchesBelow(at) {
				return true
			}
		}
	}
	return len(l.patterns) == 0
}

func (l List) check(what string, name imagename.Name) error {
	if l.Allows(name) {
		return nil
	}
	return &RefusedError{Name: name, What: what, Setting: l.setting}
}

// A RefusedError says that an image is not on a list. Its text leaves the image's name to those
// who add which of their images it is.
type RefusedError struct {
	Name    imagename.Name
	What    string // "sources" or "destinations"
	Setting string // what the list comes from
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("not allowed: it is not among the allowed %s (%s)", e.What, e.Setting)
}
