// Package listregistry has stand-ins for what registries list: tags, and repositories. Each has the shape of a known
// registry, and is strict: what that one would refuse, it refuses.
package listregistry

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A Tag is one of a repository's.
type Tag struct {
	Name     string
	Digest   string
	Uploaded int64 // milliseconds since 1970
}

// A Registry has repositories and lists them, and nothing else. It serves /v2/.
type Registry struct {
	Shape        Shape
	Repositories map[string][]Tag // tags in the order in which they are listed
	User         string           // who gets tokens; "" = everyone
	Password     string
}

// Tags returns tags by their names.
func Tags(names ...string) []Tag {
	tags := make([]Tag, len(names))
	for i, name := range names {
		tags[i].Name = name
	}
	return tags
}

// ServeHTTP implements [http.Handler].
func (g *Registry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, isOurs := strings.CutPrefix(r.URL.Path, g.Shape.Prefix+"/v2/")
	name, isTags := strings.CutSuffix(path, "/tags/list")
	switch {
	case r.URL.Path == "/token":
		g.giveToken(w, r)
	case r.Method != http.MethodGet:
		refuse(w, http.StatusMethodNotAllowed, "UNSUPPORTED")
	case !isOurs:
		refuse(w, http.StatusNotFound, "PAGE_NOT_FOUND")
	case isTags && g.admits(w, r, "repository:"+name+":pull"):
		g.serveTags(w, r, name)
	case path == "_catalog" && g.Shape.Catalog == None:
		refuse(w, http.StatusNotFound, "PAGE_NOT_FOUND")
	case path == "_catalog" && g.Shape.Catalog == Denied:
		g.challenge(w, r, "registry:catalog:*")
	case path == "_catalog" && g.admits(w, r, "registry:catalog:*"):
		g.serveCatalog(w, r)
	case !isTags && path != "_catalog":
		refuse(w, http.StatusNotFound, "PAGE_NOT_FOUND")
	}
}

func (g *Registry) serveTags(w http.ResponseWriter, r *http.Request, name string) {
	tags, known := g.Repositories[name]
	below := g.below(name)
	if !known && (!g.Shape.Google || len(below) == 0) {
		refuse(w, http.StatusNotFound, "NAME_UNKNOWN")
		return
	}
	names := make([]string, len(tags))
	for i, tag := range tags {
		names[i] = tag.Name
	}
	page, ok := g.page(w, r, names)
	if !ok {
		return
	}
	list := map[string]any{"name": name}
	switch {
	case len(page) > 0 || g.Shape.Empty == Array:
		list["tags"] = page
	case g.Shape.Empty == Null:
		list["tags"] = nil
	}
	if g.Shape.Google {
		list["child"], list["manifest"] = below, manifests(tags, page)
	}
	write(w, list)
}

// below returns the elements that follow a name in those of repositories.
func (g *Registry) below(name string) []string {
	children := map[string]bool{}
	for repository := range g.Repositories {
		if rest, ok := strings.CutPrefix(repository, name+"/"); ok {
			child, _, _ := strings.Cut(rest, "/")
			children[child] = true
		}
	}
	return append([]string{}, slices.Sorted(maps.Keys(children))...)
}

// manifests are what Google's registries say of the images that have tags in a page. The time is a text, or, of images
// whose tags have odd lengths, a number: both have been seen (go-containerregistry, pkg/v1/google/list.go).
func manifests(tags []Tag, page []string) map[string]any {
	all := map[string]any{}
	for _, tag := range tags {
		if tag.Digest == "" || !slices.Contains(page, tag.Name) {
			continue
		}
		var uploaded any = strconv.FormatInt(tag.Uploaded, 10)
		if len(tag.Name)%2 == 1 {
			uploaded = tag.Uploaded
		}
		var others []string
		if image, ok := all[tag.Digest].(map[string]any); ok {
			others = image["tag"].([]string)
		}
		all[tag.Digest] = map[string]any{
			"imageSizeBytes": "1", "mediaType": "x", "timeCreatedMs": "0", "layerId": "",
			"tag": append(others, tag.Name), "timeUploadedMs": uploaded,
		}
	}
	return all
}

func (g *Registry) serveCatalog(w http.ResponseWriter, r *http.Request) {
	names := slices.Sorted(maps.Keys(g.Repositories))
	page := names
	if g.Shape.Catalog == Paged {
		var ok bool
		if page, ok = g.page(w, r, names); !ok {
			return
		}
	}
	write(w, map[string]any{"repositories": page})
}

// page returns the part of a list that a request asks for, and says in the answer's header where it goes on.
func (g *Registry) page(w http.ResponseWriter, r *http.Request, all []string) (page []string, ok bool) {
	query, s := r.URL.Query(), g.Shape
	n := s.Page
	if query.Has("n") {
		asked, err := strconv.Atoi(query.Get("n"))
		if err != nil || asked < 1 || s.Refuses && asked > s.Most {
			refuse(w, http.StatusBadRequest, "PAGINATION_NUMBER_INVALID")
			return nil, false
		}
		n = asked
	}
	if s.Most > 0 {
		n = min(n, s.Most)
	}
	from := 0
	if last := query.Get(s.cursor()); last != "" {
		if s.Opaque {
			last = strings.TrimPrefix(last, "opaque-")
		}
		from = slices.Index(all, last) + 1
		if from == 0 {
			refuse(w, http.StatusBadRequest, "PAGINATION_CURSOR_INVALID")
			return nil, false
		}
	}
	page = all[from:]
	if n > 0 && len(page) > n {
		page = page[:n]
		s.link(w, r, page[n-1], n)
	}
	return page, true
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"errors":[{"code":%q,"message":"refused"}]}`, code)
}

func write(w http.ResponseWriter, document any) {
	text, err := json.Marshal(document)
	if err != nil {
		panic(err) // texts and numbers can be marshaled
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = w.Write(text)
}

// giveToken answers as a token server: with a token that says for what it is.
func (g *Registry) giveToken(w http.ResponseWriter, r *http.Request) {
	if user, password, _ := r.BasicAuth(); user != g.User || password != g.Password {
		refuse(w, http.StatusUnauthorized, "UNAUTHORIZED")
		return
	}
	write(w, map[string]any{"token": url.QueryEscape(strings.Join(r.URL.Query()["scope"], " "))})
}

// admits reports whether a request has a token for a scope, and answers it if not.
func (g *Registry) admits(w http.ResponseWriter, r *http.Request, scope string) bool {
	text, _ := url.QueryUnescape(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	if slices.Contains(strings.Fields(text), scope) {
		return true
	}
	g.challenge(w, r, scope)
	return false
}

func (*Registry) challenge(w http.ResponseWriter, r *http.Request, scope string) {
	w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="http://%s/token",service="x",scope=%q`, r.Host, scope))
	refuse(w, http.StatusUnauthorized, "UNAUTHORIZED")
}
