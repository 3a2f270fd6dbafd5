// Package imagename parses the names that people write for images and says what
// each one is: an image in Amazon ECR, in ECR Public, in another registry, in an
// OCI layout or in a directory. It knows names only; nothing here uses the network.
package imagename

import (
	_ "crypto/sha512" // names may hold sha512 digests
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
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

// A Name is a parsed image name. Names are values: they can be compared and used
// as map keys. [Parse] makes them.
type Name struct {
	Kind       Kind
	ECR        ECRRegistry   // of kind ECR only
	Host       string        // of kinds Registry, ECR and ECRPublic, with the port if there is one
	Repository string        // of the same kinds: the repository's name within its registry
	Tag        string        // of the same kinds; "latest" where neither tag nor digest was written, "" beside a lone digest
	Digest     digest.Digest // of the same kinds; "" if none was written
	Path       string        // of kinds OCILayout and Directory: what follows "oci:" or "dir:"
}

// unsupported are transports of go.podman.io/image that would otherwise be taken
// for a Docker Hub repository followed by a tag.
var unsupported = []string{"containers-storage:", "docker-archive:", "docker-daemon:", "oci-archive:"}

// Parse parses an image name:
//
//   - HOST/NAME[:TAG][@DIGEST], or NAME alone for Docker Hub, each optionally after "docker://";
//   - ACCOUNT.dkr.ecr[-fips].REGION.SUFFIX/NAME[:TAG][@DIGEST] and the dual-stack dkr-ecr hosts;
//   - ecr.aws/REPOSITORY-ARN[:TAG][@DIGEST];
//   - public.ecr.aws/ALIAS/NAME[:TAG][@DIGEST] and the dual-stack host ecr-public.aws.com;
//   - oci:PATH[:REFERENCE] and dir:PATH.
//
// Its errors quote the name and say what is wrong with it.
func Parse(s string) (Name, error) {
	name, err := parse(s)
	if err != nil {
		return Name{}, fmt.Errorf("image name %q: %w", s, err)
	}
	return name, nil
}

func parse(s string) (Name, error) {
	if strings.TrimSpace(s) == "" {
		return Name{}, errors.New("is empty")
	}
	for _, prefix := range unsupported {
		if strings.HasPrefix(s, prefix) {
			return Name{}, fmt.Errorf("%s is not supported, only oci:, dir: and registry names are", prefix)
		}
	}
	if path, ok := strings.CutPrefix(s, "oci:"); ok {
		return local(OCILayout, path)
	}
	if path, ok := strings.CutPrefix(s, "dir:"); ok {
		return local(Directory, path)
	}
	s = strings.TrimPrefix(s, "docker://")
	if strings.Contains(s, "://") {
		return Name{}, errors.New("has a URL scheme; " + howToWrite)
	}
	if rest, ok := strings.CutPrefix(s, "ecr.aws/"); ok {
		return parseARN(rest)
	}
	return parseRegistry(s)
}

func local(kind Kind, path string) (Name, error) {
	if dir, _ := splitLayout(path); dir == "" {
		return Name{}, errors.New("has no path")
	}
	return Name{Kind: kind, Path: path}, nil
}

func parseRegistry(s string) (Name, error) {
	if err := checkHost(s); err != nil {
		return Name{}, err
	}
	named, err := reference.ParseNormalizedNamed(s)
	if err != nil {
		return Name{}, explain(s, err)
	}
	name := Name{Kind: Registry, Host: reference.Domain(named), Repository: reference.Path(named)}
	if name.Host == "" { // The library finds a host here by its dot, and then takes it into the repository.
		host, _, _ := strings.Cut(s, "/")
		return Name{}, fmt.Errorf("%q is not a registry's host", host)
	}
	if tagged, ok := named.(reference.Tagged); ok {
		name.Tag = tagged.Tag()
	}
	if digested, ok := named.(reference.Digested); ok {
		name.Digest = digested.Digest()
	}
	if name.Tag == "" && name.Digest == "" {
		name.Tag = "latest"
	}
	switch {
	case strings.EqualFold(name.Host, publicHost), strings.EqualFold(name.Host, publicDualStackHost):
		name.Kind, name.Host = ECRPublic, strings.ToLower(name.Host)
		return name, name.checkECRPublic()
	case looksLikeECR(name.Host):
		if name.ECR, err = parseECRHost(name.Host); err != nil {
			return Name{}, err
		}
		name.Kind, name.Host = ECR, name.ECR.Host()
		return name, name.checkECR()
	}
	return name, nil
}

// checkHost refuses what Docker's reading of names would let pass: a port that is
// none, and a host without a repository, which it takes for a repository of Docker Hub's.
func checkHost(s string) error {
	host, _, hasRepository := strings.Cut(s, "/")
	bare, port, hasPort := strings.Cut(host, ":")
	switch {
	case isIPv6(host):
		return fmt.Errorf("%q is an IPv6 address, which image names have no place for: give the registry a name, in /etc/hosts or DNS", host)
	case hasRepository && hasPort && strings.Trim(port, "0123456789") == "" && !isPort(port):
		return fmt.Errorf("%q is not a port", port)
	case !hasRepository && (looksLikeECR(bare) || strings.EqualFold(bare, publicHost) || bare == "localhost" || net.ParseIP(bare) != nil):
		return errors.New("is a registry's host without a repository; " + howToWrite)
	}
	return nil
}

// isIPv6 reports whether a host is an IPv6 address, in brackets or not, with a port, a zone, or without.
func isIPv6(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
	return err == nil && addr.Is6()
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}

const howToWrite = "write HOST/NAME:TAG or HOST/NAME@sha256:DIGEST"

// explain adds to an error that only says that the name is wrong how it is written right.
func explain(s string, err error) error {
	switch {
	case !errors.Is(err, reference.ErrReferenceInvalidFormat):
		return err
	case strings.HasPrefix(s, "arn:"):
		return fmt.Errorf("%w; write ecr.aws/ before an ARN", err)
	}
	return fmt.Errorf("%w; %s", err, howToWrite)
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
// image by the same way has the same string. Parse gives the name back.
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
	case ECR:
		plain := ECRRegistry{Account: n.ECR.Account, Region: n.ECR.Region, Partition: n.ECR.Partition}
		return plain.Host() + "/" + n.Repository
	case ECRPublic:
		return publicHost + "/" + n.Repository
	}
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

// SplitList splits a comma-separated list of image names as people write it:
// blanks around names, empty names and repetitions are dropped.
func SplitList(s string) []string {
	var names []string
	seen := map[string]bool{}
	for name := range strings.SplitSeq(s, ",") {
		name = strings.TrimSpace(name)
		if name != "" && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}
