package listregistry

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// A Namespace is what an API lists.
type Namespace struct {
	Names   []string // of public repositories, within the namespace
	Private []string
	IsUser  bool // at GitHub: a user, and no organization
}

// An API is a registry's own, by which it lists namespaces, beside the protocol. Pages have two repositories.
type API struct {
	Namespaces   map[string]Namespace
	User, Secret string // who sees private repositories
}

const perPage = 2

// seen returns the names that the next page has, and whether there are more after it.
func (a *API) seen(n Namespace, all bool, page int) (names []string, more bool) {
	names = slices.Clone(n.Names)
	if all {
		names = append(names, n.Private...)
	}
	slices.Sort(names)
	names = names[min(len(names), (page-1)*perPage):]
	if len(names) > perPage {
		return names[:perPage], true
	}
	return names, false
}

// Hub is the API of Docker Hub, at hub.docker.com.
type Hub struct{ API }

const hubToken = "Bearer hub-token"

// ServeHTTP implements [http.Handler].
func (a *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/v2/auth/token" {
		a.logIn(w, r)
		return
	}
	name, ok := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/v2/namespaces/"), "/repositories")
	namespace, known := a.Namespaces[name]
	query := r.URL.Query()
	page, err := strconv.Atoi(query.Get("page"))
	size, sizeErr := strconv.Atoi(query.Get("page_size"))
	authorization := r.Header.Get("Authorization")
	switch {
	case r.Method != http.MethodGet:
		w.WriteHeader(http.StatusMethodNotAllowed)
	case authorization != "" && authorization != hubToken:
		w.WriteHeader(http.StatusUnauthorized)
	case !ok || !known:
		w.WriteHeader(http.StatusNotFound)
	case err != nil || page < 1 || sizeErr != nil || size > 100 || query.Get("ordering") != "name":
		w.WriteHeader(http.StatusBadRequest)
	default:
		names, more := a.seen(namespace, authorization == hubToken, page)
		results := make([]map[string]any, len(names))
		for i, n := range names {
			results[i] = map[string]any{"name": n, "namespace": name, "repository_type": "image", "categories": []any{}}
		}
		list := map[string]any{"count": len(namespace.Names), "next": nil, "previous": nil, "results": results}
		if more {
			list["next"] = fmt.Sprintf("https://hub.docker.com%s?page=%d&page_size=%d", r.URL.Path, page+1, size)
		}
		write(w, list)
	}
}

func (a *Hub) logIn(w http.ResponseWriter, r *http.Request) {
	var login struct{ Identifier, Secret string }
	err := json.NewDecoder(r.Body).Decode(&login)
	switch {
	case r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || err != nil:
		w.WriteHeader(http.StatusBadRequest)
	case login.Identifier != a.User || login.Secret != a.Secret:
		w.WriteHeader(http.StatusUnauthorized)
	default:
		write(w, map[string]any{"access_token": strings.TrimPrefix(hubToken, "Bearer ")})
	}
}

// GitHub is the API of GitHub, at api.github.com.
type GitHub struct{ API }

// ServeHTTP implements [http.Handler].
func (a *GitHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kind, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	name, ok := strings.CutSuffix(rest, "/packages")
	namespace, known := a.Namespaces[name]
	query := r.URL.Query()
	page, err := strconv.Atoi(query.Get("page"))
	switch {
	case r.Method != http.MethodGet || r.Header.Get("User-Agent") == "":
		w.WriteHeader(http.StatusForbidden)
	case r.Header.Get("Authorization") != "Bearer "+a.Secret:
		w.WriteHeader(http.StatusUnauthorized)
	case !ok || !known || namespace.IsUser != (kind == "users") || !namespace.IsUser && kind != "orgs":
		w.WriteHeader(http.StatusNotFound)
	case err != nil || page < 1 || query.Get("package_type") != "container":
		w.WriteHeader(http.StatusUnprocessableEntity)
	default:
		names, more := a.seen(namespace, true, page)
		list := make([]map[string]any, len(names))
		for i, n := range names {
			owner := map[string]any{"login": name}
			list[i] = map[string]any{"id": i, "name": n, "package_type": "container", "owner": owner}
		}
		if more { // by the number of the owner
			w.Header().Set("Link", fmt.Sprintf(`<https://api.github.com/organizations/7/packages?page=%d>; rel="next", `+
				`<https://api.github.com/organizations/7/packages?page=9>; rel="last"`, page+1))
		}
		write(w, list)
	}
}

// QuayAPI is the API of quay.io, which is beside its registry.
type QuayAPI struct{ API }

// ServeHTTP implements [http.Handler].
func (a *QuayAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	name, page := query.Get("namespace"), 1
	if next := query.Get("next_page"); next != "" {
		page, _ = strconv.Atoi(strings.TrimPrefix(next, "page-"))
	}
	authorization := r.Header.Get("Authorization")
	switch {
	case r.Method != http.MethodGet || r.URL.Path != "/api/v1/repository":
		w.WriteHeader(http.StatusNotFound)
	case authorization != "" && authorization != "Bearer "+a.Secret:
		w.WriteHeader(http.StatusUnauthorized)
	case name == "" && query.Get("public") == "" || page < 1:
		w.WriteHeader(http.StatusBadRequest)
	default:
		names, more := a.seen(a.Namespaces[name], authorization != "", page)
		list := map[string]any{"repositories": quays(name, names)}
		if more {
			list["next_page"] = fmt.Sprintf("page-%d", page+1)
		}
		write(w, list)
	}
}

// quays are repositories as Quay tells of them. One whose name begins with chart- has no images.
func quays(namespace string, names []string) []map[string]any {
	list := []map[string]any{}
	for _, n := range names {
		kind := "image"
		if strings.HasPrefix(n, "chart-") {
			kind = "application"
		}
		list = append(list, map[string]any{
			"namespace": namespace, "name": n, "kind": kind, "is_public": true, "description": nil, "state": "NORMAL",
		})
	}
	return list
}
