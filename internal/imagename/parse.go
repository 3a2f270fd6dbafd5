package imagename

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"go.podman.io/image/v5/docker/reference"
)

// unsupported are transports of go.podman.io/image that would otherwise be taken
// for a Docker Hub repository followed by a tag.
var unsupported = []string{"containers-storage:", "docker-archive:", "docker-daemon:", "oci-archive:"}

// Parse parses the name of an image or of a repository:
//
//   - HOST/NAME[:TAG][@DIGEST], or NAME alone for Docker Hub, each optionally after "docker://";
//   - ACCOUNT.dkr.ecr[-fips].REGION.SUFFIX/NAME[:TAG][@DIGEST] and the dual-stack dkr-ecr hosts;
//   - ecr.aws/REPOSITORY-ARN[:TAG][@DIGEST];
//   - public.ecr.aws/ALIAS/NAME[:TAG][@DIGEST] and the dual-stack host ecr-public.aws.com;
//   - oci:PATH[:REFERENCE] and dir:PATH.
//
// Without a tag and a digest the name is that of a repository. Errors quote the name, but for a
// login or a query in it, and say what is wrong with it.
func Parse(s string) (Name, error) {
	name, err := parse(s)
	if err != nil {
		return Name{}, fmt.Errorf("image name %q: %w", quotable(s), err)
	}
	return name, nil
}

// quotable returns what somebody wrote for a name without a login and a query, which no name has.
func quotable(s string) string {
	scheme, rest := "", s
	if i := strings.Index(s, "://"); i >= 0 {
		i += len("://")
		scheme, rest = s[:i], s[i:]
	}
	login, after, ok := strings.Cut(rest, "@")
	if ok && !strings.Contains(login, "/") && strings.Contains(after, "/") {
		rest = "REDACTED@" + after
	}
	if before, _, ok := strings.Cut(rest, "?"); ok {
		rest = before + "?REDACTED"
	}
	return scheme + rest
}

// ParseImage parses the name of an image, as [Parse] does: without a tag and a digest it has the tag "latest".
func ParseImage(s string) (Name, error) {
	name, err := Parse(s)
	return name.OrLatest(), err
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

// ErrHostAlone says that a name is that of a registry, where one of an image in it was wanted.
var ErrHostAlone = errors.New("is a registry's host without a repository")

// checkHost refuses what Docker's reading of names would let pass: a port that is
// none, and a host without a repository, which it takes for a repository of Docker Hub's.
func checkHost(s string) error {
	host, _, hasRepository := strings.Cut(s, "/")
	bare, port, hasPort := strings.Cut(host, ":")
	switch {
	case isIPv6(host):
		return fmt.Errorf(
			"%q is an IPv6 address, which image names have no place for: "+
				"give the registry a name, in /etc/hosts or DNS", host)
	case hasRepository && hasPort && strings.Trim(port, "0123456789") == "" && !isPort(port):
		return fmt.Errorf("%q is not a port", port)
	case !hasRepository &&
		(looksLikeECR(bare) || strings.EqualFold(bare, publicHost) || bare == "localhost" || net.ParseIP(bare) != nil):
		return fmt.Errorf("%w; %s", ErrHostAlone, howToWrite)
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
