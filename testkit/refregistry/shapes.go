package refregistry

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/opencontainers/go-digest"
)

// A Shape says how a registry lists referrers. The zero Shape does not: it has no such API, as distribution
// (https://github.com/distribution/distribution/issues/4828).
type Shape struct {
	API  API
	Page int  // how many it lists in a page; 0 = all
	Mute bool // it does not say by OCI-Subject that it has the API
	// TagsAreDigests means that sha256-HEX is taken for sha256:HEX where there is such a manifest.
	TagsAreDigests bool
	// Conditional means that manifests come with an ETag by their tags, and that PUT honours If-Match and
	// If-None-Match.
	Conditional bool
	// Refuses is the status by which manifests with a subject are refused; 0 = they are not.
	Refuses int
	// MadeUp is how many referrers, which do not exist, each subject has besides; Endless means that their pages do not
	// end.
	MadeUp  int
	Endless bool
	// Chain means that each manifest whose referrers are asked for has one, so that it never ends.
	Chain bool
}

// API is which API of referrers a registry has.
type API int

// The APIs.
const (
	None       API = iota // 404
	Listed                // that of the OCI Distribution Specification
	Elsewhere             // 303 to another host
	NotAllowed            // 405
	Denied                // 403
	Pages                 // 200, and a web page: any path is answered so
)

// Standard lists by the API, all at once, as zot.
func Standard() Shape { return Shape{API: Listed} }

// Paged lists by the API, three a page.
func Paged() Shape { return Shape{API: Listed, Page: 3} }

// Distribution has no API.
func Distribution() Shape { return Shape{} }

// GHCR sends who asks to the pages of a web site, and has no API
// (https://github.com/project-zot/zot/issues/4060, https://github.com/artifacthub/hub/issues/4785).
func GHCR() Shape { return Shape{API: Elsewhere} }

// GitLab has no API, and serves the subject itself at the fallback tag
// (https://github.com/oras-project/oras-go/issues/1396).
func GitLab() Shape { return Shape{TagsAreDigests: true} }

// Conditional has no API, and honours If-Match.
func Conditional() Shape { return Shape{Conditional: true} }

func (g *Registry) serveReferrers(w http.ResponseWriter, r *http.Request, repository, subject string) {
	of := digest.Digest(subject)
	switch {
	case g.shape.API == None:
		http.Error(w, "404 page not found", http.StatusNotFound)
	case g.shape.API == Elsewhere:
		w.Header().Set("Location", "https://github.com/-/v2/packages/container/package/"+url.PathEscape(repository))
		w.WriteHeader(http.StatusSeeOther)
	case g.shape.API == NotAllowed:
		refuse(w, http.StatusMethodNotAllowed, "UNSUPPORTED")
	case g.shape.API == Denied:
		refuse(w, http.StatusForbidden, "DENIED")
	case g.shape.API == Pages:
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><title>a registry</title>")
	case r.Method != http.MethodGet:
		refuse(w, http.StatusMethodNotAllowed, "UNSUPPORTED")
	case of.Validate() != nil:
		refuse(w, http.StatusBadRequest, "DIGEST_INVALID")
	default:
		g.list(w, r, repository, of)
	}
}

// list lists the referrers of a subject, which need not be there.
func (g *Registry) list(w http.ResponseWriter, r *http.Request, repository string, subject digest.Digest) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shape.Chain {
		content := Referrer(subject, "chain/link", "")
		g.keep(repository, digest.FromBytes(content).String(), content, read(content, imageType))
	}
	all := g.referrersOf(repository, subject)
	from := 0
	for last := r.URL.Query().Get("last"); from < len(all) && !g.shape.Endless && string(all[from].Digest) <= last; {
		from++
	}
	page := append([]Descriptor{}, all[from:]...)
	if g.shape.Page > 0 && len(page) > g.shape.Page {
		page = page[:g.shape.Page]
	}
	switch n := len(page); {
	case g.shape.Endless:
		link(w, r, fmt.Sprintf("%s0", r.URL.Query().Get("last")))
	case from+n < len(all):
		link(w, r, page[n-1].Digest.String())
	}
	w.Header().Set("Content-Type", indexType)
	_, _ = w.Write(encode(Index{2, indexType, page}))
}

func link(w http.ResponseWriter, r *http.Request, last string) {
	w.Header().Set("Link", fmt.Sprintf(`<%s?%s>; rel="next"`, r.URL.Path, url.Values{"last": {last}}.Encode()))
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"errors":[{"code":%q,"message":"refused"}]}`, code)
}
