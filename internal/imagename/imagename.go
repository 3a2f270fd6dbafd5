// Package imagename parses the names that people write for images and says what
// each one is: an image in Amazon ECR, in ECR Public, in another registry, in an
// OCI layout or in a directory. It knows names only; nothing here uses the network.
//
// A name with neither tag nor digest names a repository. Who takes it for an image decides by
// that what its tag is: [ParseImage] and [Name.OrLatest] say "latest".
package imagename

import (
	_ "crypto/sha512" // names may hold sha512 digests
	"fmt"
	"path/filepath"
	"strings"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/docker/reference"
)

// Kind says where an image lives, and so how it is reached.
type Kind int

// The kinds of image name.
const (
	Registry  Kind = iota + 1 // a registry that speaks the distribution protocol
	ECR                       // Amazon ECR, private
	ECRPublic                 // Amazon ECR Public
	OCILayout                 // oci:PATH[:REFERENCE]
	Directory                 // dir:PATH
)

// A Name is a parsed name of an image or of a repository. Names are values: they can be compared and used
// as map keys. [Parse] and [ParseImage] make them.
type Name struct {
	Kind       Kind
	ECR        ECRRegistry   // of kind ECR only
	Host       string        // of kinds Registry, ECR and ECRPublic, with the port if there is one
	Repository string        // of the same kinds: the repository's name within its registry
	Tag        string        // of the same kinds; "" if none was written
	Digest     digest.Digest // of the same kinds; "" if none was written
	Path       string        // of kinds OCILayout and Directory: what follows "oci:" or "dir:"
}

// IsRepository reports whether the name has neither tag nor digest: it names a repository in a registry, and no image.
func (n Name) IsRepository() bool {
	return (n.Kind == Registry || n.Kind == ECR || n.Kind == ECRPublic) && n.Tag == "" && n.Digest == ""
}

// IsOnDisk reports whether the name is that of an image in files: in an OCI layout or a directory.
func (n Name) IsOnDisk() bool { return n.Kind == OCILayout || n.Kind == Directory }

// OrLatest returns the name of an image: the name itself, or, of a repository, that of its tag "latest".
func (n Name) OrLatest() Name {
	if n.IsRepository() {
		n.Tag = "latest"
	}
	return n
}

// Reference returns the name as a reference, for kinds that live in a registry.
func (n Name) Reference() (reference.Named, error) {
	named, err := reference.ParseNormalizedNamed(n.String())
	if err != nil {
		return nil, fmt.Errorf("image name %q: %w", n, err)
	}
	return named, nil
}

// String returns the name in its one full form: every name that means the same
// image by the same way has the same string. [Parse] gives the name back.
func (n Name) String() string {
	switch n.Kind {
	case OCILayout:
		return "oci:" + n.Path
	case Directory:
		return "dir:" + n.Path
	}
	s := n.Host + "/" + n.Repository
	if n.Tag != "" {
		s += ":" + n.Tag
	}
	if n.Digest != "" {
		s += "@" + n.Digest.String()
	}
	return s
}

// Place identifies where the image's blobs live: names with the same place share
// them. It is the repository, however its registry is reached, or the path.
func (n Name) Place() string {
	switch n.Kind {
	case OCILayout:
		path, _ := splitLayout(n.Path)
		return "oci:" + filepath.Clean(path)
	case Directory:
		return "dir:" + filepath.Clean(n.Path)
	}
	n = n.Canonical()
	return n.Host + "/" + n.Repository
}

// LayoutName returns the image's name within its OCI layout, "" if it has none.
func (n Name) LayoutName() string {
	_, name := splitLayout(n.Path)
	return name
}

// SameImage reports whether both names mean one image in one place, so that copying one
// to the other would be pointless. A tag and a digest are not the same as the tag alone,
// which may have moved on and can be put back.
func (n Name) SameImage(m Name) bool {
	if n.Place() != m.Place() {
		return false
	}
	if n.Kind == OCILayout {
		return n.LayoutName() == m.LayoutName()
	}
	return n.Tag == m.Tag && n.Digest == m.Digest
}

// splitLayout splits the path of an OCI layout from the reference after it.
func splitLayout(s string) (path, ref string) {
	path, ref, _ = strings.Cut(s, ":")
	return path, ref
}
