package listregistry

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// A Shape says how a registry lists. The zero Shape lists all at once, by the Distribution Specification, and has no
// catalogue.
type Shape struct {
	Prefix  string // that its paths have before /v2/
	Page    int    // how many it lists unasked; 0 = all
	Most    int    // how many it lists in a page at most; 0 = as many as are asked for
	Refuses bool   // it refuses to list more, rather than to list fewer
	Cursor  string // the member of the query that says where to go on; "" = last
	Opaque  bool   // the cursor is no tag to anybody else
	Google  bool   // it tells what Google's registries tell
	Empty   Empty
	Catalog Catalog
	// Link is how it writes where the next page is; nil = as a path with a query.
	Link func(r *http.Request, query string) string
}

// Empty is how a registry lists no tags.
type Empty int

// The ways.
const (
	Array Empty = iota
	Null
	Absent
)

// Catalog is which catalogue of its repositories a registry has.
type Catalog int

// The catalogues.
const (
	None   Catalog = iota
	Denied         // for administrators alone
	Paged
	Whole // in one page, whatever is asked for
)

func (s Shape) cursor() string {
	if s.Cursor == "" {
		return "last"
	}
	return s.Cursor
}

// link says in the header where a list goes on after a name.
func (s Shape) link(w http.ResponseWriter, r *http.Request, last string, n int) {
	if s.Opaque {
		last = "opaque-" + last
	}
	query := url.Values{s.cursor(): {last}, "n": {strconv.Itoa(n)}}.Encode()
	target := r.URL.Path + "?" + query
	if s.Link != nil {
		target = s.Link(r, query)
	}
	w.Header().Set("Link", fmt.Sprintf(`<%s>; rel="next"`, target))
}

// absolute is a link with the host that was asked.
func absolute(r *http.Request, query string) string {
	return "https://" + r.Host + r.URL.Path + "?" + query
}

// Standard is how distribution, zot, Harbor and GitLab list, asked for pages or not.
func Standard() Shape { return Shape{Page: 3, Catalog: Paged} }

// DockerHub lists all tags unless it is asked for a number (Meziantou.Framework#2190), and has no catalogue
// (hub-feedback#2094).
func DockerHub() Shape { return Shape{} }

// GHCR lists 100 unasked (smg-project/smg#2348), here fewer, and has no catalogue (oras-go#621).
func GHCR() Shape { return Shape{Page: 3, Most: 1000} }

// Quay lists 100 at most, here fewer, and refused to list more (kargo#2186). It goes on by links with a cursor of its
// own (docker_registry2#106), and refuses the catalogue's scope (dregsy#57).
func Quay() Shape {
	return Shape{Page: 3, Most: 3, Refuses: true, Cursor: "next_page", Opaque: true, Catalog: Denied}
}

// ECRPublic lists 100 unasked, here fewer, and 1,000 at most; more is an error (go-containerregistry#681). Links are
// absolute, cursors opaque, and tags in no order (docker_registry2#34).
func ECRPublic() Shape {
	return Shape{Page: 3, Most: 1000, Refuses: true, Opaque: true, Link: absolute}
}

// ACR lists no more than 1,000, here fewer, whatever is asked for (Azure/acr#749).
func ACR() Shape { return Shape{Page: 3, Most: 3, Catalog: Paged} }

// GAR lists, besides, digests and times, and what lies below a name (go-containerregistry, pkg/v1/google/list.go).
func GAR() Shape { return Shape{Google: true} }

// Artifactory loses in its links the virtual repository that names begin with (renovate#20745).
func Artifactory() Shape {
	return Shape{Page: 3, Catalog: Paged, Link: func(_ *http.Request, query string) string {
		return "/v2/app/tags/list?" + query
	}}
}

// Nexus links by plain HTTP, to the port that it listens at behind its proxy and the path that it has there
// (nexus-public#117, #1011).
func Nexus() Shape {
	return Shape{Page: 3, Catalog: Paged, Link: func(r *http.Request, query string) string {
		at := url.URL{Host: r.Host}
		return "http://" + at.Hostname() + ":8081/repository/docker" + r.URL.Path + "?" + query
	}}
}

// MCR lists all tags and, in one page, all repositories (microsoft/containerregistry#168).
func MCR() Shape { return Shape{Catalog: Whole} }
