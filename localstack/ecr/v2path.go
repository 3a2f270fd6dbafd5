package ecr

import (
	"net/http"
	"regexp"
	"strings"
)

// A v2Request is what the path and the host of a request under /v2/ say.
type v2Request struct {
	kind string // base, catalog, manifest, blob, upload, tags, referrers or other
	name string // repository, as the client wrote it
	ref  string // tag or digest of a manifest; digest of a blob, or of a subject of referrers
	ecr  *repositoryID
}

// v2Path splits NAME from what is asked of it, at the last word that can do so.
var v2Path = regexp.MustCompile(`^/v2/(.+)/(manifests|blobs|tags|referrers)/(.*)$`)

func parseV2(req *http.Request) v2Request {
	v := v2Request{kind: "other"}
	switch req.URL.Path {
	case "/v2", "/v2/":
		v.kind = "base"
	case "/v2/_catalog":
		v.kind = "catalog"
	}
	m := v2Path.FindStringSubmatch(req.URL.Path)
	if m == nil {
		return v
	}
	v.name = m[1]
	switch {
	case m[2] == "manifests":
		v.kind, v.ref = "manifest", m[3]
	case m[2] == "tags":
		v.kind = "tags"
	case m[2] == "referrers":
		v.kind, v.ref = "referrers", m[3]
	case strings.HasPrefix(m[3], "uploads"):
		v.kind = "upload"
	default:
		v.kind, v.ref = "blob", m[3]
	}
	v.ecr = repositoryAt(req.Host, v.name)
	return v
}

// repositoryAt returns the ECR repository that a name on a host stands for: NAME on
// a registry's own host, ALIAS/NAME on ECR Public's, ACCOUNT/REGION/NAME or
// public/ALIAS/NAME on any other. It returns nil for a repository of the ordinary
// registry, which has all other names.
func repositoryAt(host, name string) *repositoryID {
	if reg, ok := registryAt(host); ok {
		return &repositoryID{registryID: reg, Name: name}
	}
	if isPublicHost(host) {
		return publicRepository(name)
	}
	if rest, ok := strings.CutPrefix(name, publicPath+"/"); ok {
		return publicRepository(rest)
	}
	parts := strings.SplitN(name, "/", 3)
	if len(parts) < 3 || !accountID.MatchString(parts[0]) || !regionName.MatchString(parts[1]) {
		return nil
	}
	return &repositoryID{registryID: registryID{parts[0], parts[1]}, Name: parts[2]}
}

// stored is the repository's name in the store.
func (v v2Request) stored() string {
	if v.ecr != nil {
		return v.ecr.storage()
	}
	return v.name
}

// counted is the repository's name in the counts.
func (v v2Request) counted() string {
	if v.ecr != nil {
		return v.ecr.String()
	}
	return v.name
}
