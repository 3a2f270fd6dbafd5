package imagename

import (
	"errors"
	"fmt"
	"strings"
)

// BelowAll ends the name of a namespace: all repositories below a path.
const BelowAll = "/**"

// A Namespace is the repositories of a registry below a path, in any depth.
type Namespace struct {
	Registry Name   // the registry: kind and host, without a repository
	Path     string // without a slash at its end; "" is the whole registry
}

// ParseNamespace parses HOST/PATH/**, HOST/**, or PATH/** for a namespace of Docker Hub. Errors quote the name.
func ParseNamespace(s string) (Namespace, error) {
	n, err := parseNamespace(s)
	if err != nil {
		return Namespace{}, fmt.Errorf("namespace %q: %w", s, err)
	}
	return n, nil
}

func parseNamespace(s string) (Namespace, error) {
	above, ok := strings.CutSuffix(s, BelowAll)
	if !ok || above == "" || strings.Contains(above, "*") {
		return Namespace{}, errors.New("write HOST/PATH" + BelowAll + ", with no other *; repos choose among them")
	}
	// Two elements: of one alone Docker Hub makes library/x.
	const below = "x0/x0"
	name, err := parse(above + "/" + below)
	switch {
	case err != nil:
		return Namespace{}, err
	case name.IsOnDisk():
		return Namespace{}, errors.New("is not in a registry")
	case !name.IsRepository():
		return Namespace{}, errors.New("has a tag or a digest")
	}
	n := Namespace{Path: strings.TrimSuffix(strings.TrimSuffix(name.Repository, below), "/"), Registry: name}
	n.Registry.Repository = ""
	if n.Path == "" && name.Canonical().Host == dockerHub {
		return Namespace{}, errors.New("is Docker Hub as a whole: name a namespace of it")
	}
	return n, nil
}

// String returns the namespace in its one full form, which [ParseNamespace] reads.
func (n Namespace) String() string {
	if n.Path == "" {
		return n.Registry.Host + BelowAll
	}
	return n.Registry.Host + "/" + n.Path + BelowAll
}

// Canonical returns the namespace that this one is to be judged by, in place of all those that mean the same one; see
// [Name.Canonical].
func (n Namespace) Canonical() Namespace {
	n.Registry.Repository = "x/x"
	n.Registry = n.Registry.Canonical()
	n.Registry.Repository = ""
	return n
}

// Repository returns the name of a repository of the registry, given its name within that.
func (n Namespace) Repository(path string) Name {
	name := n.Registry
	name.Repository = path
	return name
}

// Contains reports whether the name is of a repository below the path, or an image there, in whatever way either is
// written.
func (n Namespace) Contains(name Name) bool {
	n, name = n.Canonical(), name.Canonical()
	return name.Kind == n.Registry.Kind && name.Host == n.Registry.Host &&
		(n.Path == "" || strings.HasPrefix(name.Repository, n.Path+"/"))
}
