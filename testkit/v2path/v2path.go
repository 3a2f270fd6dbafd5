// Package v2path takes the paths of the registry protocol apart, for stand-ins that serve it.
package v2path

import (
	"net/http"
	"strings"
)

// The kinds of paths.
const (
	Base     = "base"     // /v2/ itself
	Manifest = "manifest" // of a tag or digest
	Blob     = "blob"
	Upload   = "upload" // of a blob; the reference is the upload's, "" begins one
	Tags     = "tags"   // the list of a repository's
	// Referrers is the list of what names a manifest, the reference, as its subject.
	Referrers = "referrers"
	Other     = "other"
)

// Parse returns the repository that a path names, the path's kind and what it refers to in the
// repository. A repository's name may hold whatever a path may: the last infix counts.
func Parse(path string) (repository, kind, reference string) {
	rest, ok := strings.CutPrefix(path, "/v2/")
	switch {
	case !ok:
		return "", Other, ""
	case rest == "":
		return "", Base, ""
	}
	if name, ok := strings.CutSuffix(rest, "/tags/list"); ok && name != "" {
		return name, Tags, ""
	}
	last := -1
	for _, is := range []struct{ infix, kind string }{
		{"/manifests/", Manifest},
		{"/blobs/", Blob},
		{"/blobs/uploads/", Upload},
		{"/referrers/", Referrers},
	} {
		// An upload's infix is at the place of a blob's.
		if at := strings.LastIndex(rest, is.infix); at > 0 && at >= last {
			last = at
			repository, kind, reference = rest[:at], is.kind, rest[at+len(is.infix):]
		}
	}
	if last < 0 {
		return "", Other, ""
	}
	return repository, kind, reference
}

// Operation names a request as statistics and faults do: "v2.PUT manifest".
func Operation(r *http.Request) string {
	_, kind, _ := Parse(r.URL.Path)
	return "v2." + r.Method + " " + kind
}
