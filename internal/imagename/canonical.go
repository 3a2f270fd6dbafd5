package imagename

import (
	"strconv"
	"strings"
)

const dockerHub = "docker.io"

// usualHosts are other hosts of registries, in lower case and without a port, by the one that
// they are known by.
var usualHosts = map[string]string{
	"index.docker.io":         dockerHub,
	"registry-1.docker.io":    dockerHub,
	"registry.hub.docker.com": dockerHub,
	publicDualStackHost:       publicHost,
}

// CanonicalHost returns the one way to write a registry's host, whose names and ports may be
// several: in lower case, without the port of HTTPS, and by the name that it is known by. It
// does not change hosts of private ECR but for that; [Name.Canonical] does.
func CanonicalHost(host string) string {
	name, port, _ := strings.Cut(strings.ToLower(host), ":")
	if n, err := strconv.ParseUint(port, 10, 16); err == nil {
		port = strconv.FormatUint(n, 10) // without leading zeros
	}
	if port != "" && port != "443" {
		return name + ":" + port
	}
	if usual, ok := usualHosts[name]; ok {
		return usual
	}
	return name
}

// Canonical returns the name that an image is to be judged by, in place of all those that mean the
// same one: by the plain host of its registry, and with "library/" where Docker Hub has that. The
// image need not be reached by this name. Names of files are returned as they are.
func (n Name) Canonical() Name {
	switch n.Kind {
	case ECR:
		n.ECR.FIPS, n.ECR.DualStack = false, false
		n.Host = n.ECR.Host()
	case Registry, ECRPublic:
		n.Host = CanonicalHost(n.Host)
		if n.Host == dockerHub && !strings.Contains(n.Repository, "/") {
			n.Repository = "library/" + n.Repository
		}
	}
	return n
}
