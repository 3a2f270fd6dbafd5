package registryclient_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/listed"
	"ecrmirror/internal/registryclient"
	"ecrmirror/testkit/listregistry"
)

// with returns a registry with repositories of no tags.
func with(shape listregistry.Shape, names ...string) *listregistry.Registry {
	g := &listregistry.Registry{Shape: shape, Repositories: map[string][]listregistry.Tag{}}
	for _, name := range names {
		g.Repositories[name] = listregistry.Tags("1")
	}
	return g
}

// some are repositories of which one has a name that none can have.
var some = []string{"team/a", "team/b/c", "team/b/c/d", "teams/x", "other", "team/Up", "z"}

// TestRepositoriesOfEachRegistry: those below a path, by the way that each registry has, or an error that says what it
// lacks, and what would do.
func TestRepositoriesOfEachRegistry(t *testing.T) {
	hub := &listregistry.Hub{API: listregistry.API{
		User: "robot", Secret: "s3cret", Namespaces: map[string]listregistry.Namespace{
			"team":    {Names: []string{"c", "a", "b", "d", "e", "No"}, Private: []string{"secret"}},
			"library": {Names: []string{"nginx"}}, "empty": {},
		},
	}}
	gitHub := &listregistry.GitHub{API: listregistry.API{Secret: "s3cret", Namespaces: map[string]listregistry.Namespace{
		"team": {Names: []string{"c", "a/b", "a/c"}, Private: []string{"secret"}}, "me": {Names: []string{"x"}, IsUser: true},
	}}}
	quay := &listregistry.QuayAPI{API: listregistry.API{Secret: "s3cret", Namespaces: map[string]listregistry.Namespace{
		"team": {Names: []string{"c", "a", "chart-x", "b"}, Private: []string{"secret"}},
	}}}
	const oneByOne = ". Name its repositories one by one"
	for _, c := range []struct {
		host, at string // who is asked
		by       http.Handler
		login    func(*registryclient.Options)
		path     string
		want     string // or what an error says, after an !
	}{
		{"r.io", "r.io", with(listregistry.Standard(), some...), nil, "team", "team/a team/b/c team/b/c/d, 1 dropped"},
		{"r.io", "r.io", with(listregistry.Standard(), some...), nil, "", "other team/a team/b/c team/b/c/d teams/x z, 1 dropped"},
		{"r.io", "r.io", with(listregistry.Standard(), some...), nil, "team/b", "team/b/c team/b/c/d, 0 dropped"},
		{"r.io", "r.io", with(listregistry.Standard(), some...), nil, "none", ", 0 dropped"},
		{"acme.azurecr.io", "acme.azurecr.io", with(listregistry.ACR(), some...), nil, "team", "team/a team/b/c team/b/c/d, 1 dropped"},
		{"nexus.io:8443", "nexus.io:8443", with(listregistry.Nexus(), some...), nil, "team", "team/a team/b/c team/b/c/d, 1 dropped"},
		{"mcr.microsoft.com", "mcr.microsoft.com", with(listregistry.MCR(), some...), nil, "team", "team/a team/b/c team/b/c/d, 1 dropped"},
		{"r.io", "r.io", with(listregistry.GHCR(), some...), nil, "team", "!r.io has no list of its repositories (/v2/_catalog): 404 Not Found (PAGE_NOT_FOUND: refused)" + oneByOne},
		{"r.io", "r.io", with(listregistry.Quay(), some...), nil, "team", "!r.io does not list its repositories (/v2/_catalog) for this login: no login for r.io: 401 Unauthorized (UNAUTHORIZED: refused). Give it a login that may list them, in Harbor an administrator's, or name them one by one"},
		{"r.io", "r.io", with(listregistry.Artifactory(), some...), nil, "team", `!r.io: listing repositories: the list goes on, and its Link header leads to "/v2/app/tags/list", which is another list; a proxy before the registry may have changed it`},
		{"gcr.io", "gcr.io", with(listregistry.GAR(), some...), nil, "team", "team/a team/b/c team/b/c/d, 1 dropped"},
		{"us-docker.pkg.dev", "us-docker.pkg.dev", with(listregistry.GAR(), some...), nil, "team/b", "team/b/c team/b/c/d, 0 dropped"},
		{"gcr.io", "gcr.io", with(listregistry.GAR(), some...), nil, "team/a", ", 0 dropped"},
		{"gcr.io", "gcr.io", with(listregistry.GAR(), some...), nil, "none", "!gcr.io/none: listing repositories: 404 Not Found (NAME_UNKNOWN: refused)"},
		{"gcr.io", "gcr.io", with(listregistry.GAR(), some...), nil, "", "!gcr.io lists repositories within a project only. Name the project: gcr.io/PROJECT"},
		{"docker.io", "hub.docker.com", hub, nil, "team", "team/a team/b team/c team/d team/e, 1 dropped"},
		{"docker.io", "hub.docker.com", hub, robot, "team", "team/a team/b team/c team/d team/e team/secret, 1 dropped"},
		{"docker.io", "hub.docker.com", hub, nil, "library", "library/nginx, 0 dropped"},
		{"registry-1.docker.io", "hub.docker.com", hub, nil, "library", "library/nginx, 0 dropped"},
		{"Quay.io:443", "quay.io", quay, nil, "team", "team/a team/b team/c, 0 dropped"},
		{"docker.io", "hub.docker.com", hub, nil, "empty", ", 0 dropped"},
		{"docker.io", "hub.docker.com", hub, nil, "none", "!docker.io: listing repositories, at hub.docker.com: 404 Not Found"},
		{"docker.io", "hub.docker.com", hub, login("robot", "wrong"), "team", `!docker.io: listing repositories, at hub.docker.com: logging in: login "robot" was refused: 401 Unauthorized (authentication required)`},
		{"docker.io", "hub.docker.com", hub, nil, "", "!docker.io lists repositories within a namespace only. Name the namespace: docker.io/NAMESPACE"},
		{"ghcr.io", "api.github.com", gitHub, robot, "team", "team/a/b team/a/c team/c team/secret, 0 dropped"},
		{"ghcr.io", "api.github.com", gitHub, robot, "team/a", "team/a/b team/a/c, 0 dropped"},
		{"ghcr.io", "api.github.com", gitHub, robot, "me", "me/x, 0 dropped"},
		{"ghcr.io", "api.github.com", gitHub, robot, "none", "!ghcr.io: listing repositories, at api.github.com: 404 Not Found"},
		{"ghcr.io", "api.github.com", gitHub, nil, "team", "!ghcr.io does not list images to those who are not logged in. Give it a login with a classic token that has the scope read:packages, or name them one by one"},
		{"ghcr.io", "api.github.com", gitHub, login("robot", "wrong"), "team", `!ghcr.io: listing repositories, at api.github.com: login "robot" was refused: 401 Unauthorized (authentication required); it takes a classic token that has the scope read:packages`},
		{"quay.io", "quay.io", quay, nil, "team", "team/a team/b team/c, 0 dropped"},
		{"quay.io", "quay.io", quay, oauth, "team", "team/a team/b team/c team/secret, 0 dropped"},
		{"quay.io", "quay.io", quay, login("other+robot", "x"), "team", "team/a team/b team/c, 0 dropped"},
		{"quay.io", "quay.io", quay, login("team+robot", "x"), "team", `!quay.io lists private repositories by its API alone, which does not take the login "team+robot". Give it, for the namespace, an OAuth token as the password of user $oauthtoken, or name them one by one`},
	} {
		hosts := listregistry.Serve(t, map[string]http.Handler{c.at: c.by})
		if c.login == nil {
			c.login = func(*registryclient.Options) {}
		}
		got, err := openNamed(t, c.host, hosts, c.login).Repositories(t.Context(), c.path)
		result := fmt.Sprintf("%s, %d dropped", strings.Join(got.Names, " "), got.Dropped)
		if err != nil {
			result = "!" + err.Error()
		}
		if diff := cmp.Diff(c.want, result); diff != "" {
			t.Errorf("%s/%s: %s", c.host, c.path, diff)
		}
		says := strings.Contains(c.want, ". Name ") || strings.Contains(c.want, ". Give ")
		if _, lacks := errors.AsType[*listed.NoCatalogError](err); lacks != says {
			t.Errorf("%s/%s: %T", c.host, c.path, err)
		}
		if others := len(hosts.Asked()) - len(hosts.Asked(c.at)); others > 0 {
			t.Errorf("%s/%s: %d requests elsewhere", c.host, c.path, others)
		}
	}
}

// A login that is kept for a registry goes to the host of the registry's API, as the table says, and what it is worth
// there to no other.
func TestLoginsStayInside(t *testing.T) {
	everyone := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/v2/auth/token":
			fmt.Fprint(w, `{"access_token":"jwt"}`)
		case r.Host == "quay.io" && r.URL.Query().Get("next_page") == "":
			fmt.Fprint(w, `{"repositories":[],"next_page":"http://evil.example/steal"}`)
		case r.URL.Query().Get("page") == "1" && r.Host == "hub.docker.com":
			fmt.Fprint(w, `{"results":[],"next":"https://evil.example/steal?page=2"}`)
		case r.URL.Query().Get("page") == "1":
			w.Header().Set("Link", `<https://evil.example/steal?page=2>; rel="next"`)
			fmt.Fprint(w, `[]`)
		default:
			http.Redirect(w, r, "http://evil.example/steal", http.StatusTemporaryRedirect)
		}
	})
	for host, at := range map[string]string{"docker.io": "hub.docker.com", "ghcr.io": "api.github.com", "quay.io": "quay.io"} {
		hosts := listregistry.Serve(t, map[string]http.Handler{at: everyone, "evil.example": everyone})
		_, err := openNamed(t, host, hosts, oauth).Repositories(t.Context(), "team")
		if err == nil || !strings.Contains(err.Error(), "307 Temporary Redirect") {
			t.Errorf("%s: %v", host, err)
		}
		if len(hosts.Asked("evil.example GET")) > 0 || len(hosts.Asked(at)) == 0 {
			t.Errorf("%s: asked %q", host, hosts.Asked())
		}
	}
}

// What Docker Hub gives for a login is sent only if it is a token.
func TestTokensThatCanNotBeSent(t *testing.T) {
	for _, token := range []string{"", "a b", "a\nX: y", "ä"} {
		hosts := listregistry.Serve(t, map[string]http.Handler{
			"hub.docker.com": text(fmt.Sprintf(`{"access_token":%q}`, token)),
		})
		_, err := openNamed(t, "docker.io", hosts, robot).Repositories(t.Context(), "team")
		if err == nil || !strings.Contains(err.Error(), "there is no token that can be sent") {
			t.Errorf("%q: %v", token, err)
		}
	}
}

// GitHub says 403 where it is asked too often, and until when.
func TestGitHubsLimit(t *testing.T) {
	until := time.Now().Add(time.Hour).Truncate(time.Second)
	for _, code := range []int{403, 429} {
		limited := func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-RateLimit-Remaining", "0")
			w.Header().Set("X-RateLimit-Reset", fmt.Sprint(until.Unix()))
			w.WriteHeader(code)
		}
		hosts := listregistry.Serve(t, map[string]http.Handler{"api.github.com": http.HandlerFunc(limited)})
		_, err := openNamed(t, "ghcr.io", hosts, robot).Repositories(t.Context(), "team")
		put, ok := errors.AsType[*registryclient.DeferredError](err)
		if !ok || !put.DeferredUntil().Equal(until) {
			t.Errorf("%d: %v", code, err)
		}
		check(t, "requests", len(hosts.Asked()), 1)
	}
}

// The catalogue takes a token of its own, and the login of the namespace.
func TestTheCataloguesToken(t *testing.T) {
	g := with(listregistry.Standard(), "team/a")
	g.User, g.Password = "robot", "s3cret"
	hosts := listregistry.Serve(t, map[string]http.Handler{"r.io": g})
	var asked []string
	r := openNamed(t, "r.io", hosts, robot, func(o *registryclient.Options) {
		of := o.Login
		o.Login = func(ctx context.Context, namespace string) (registryclient.Login, error) {
			asked = append(asked, namespace)
			return of(ctx, namespace)
		}
	})
	if all, err := r.Repositories(t.Context(), "team"); err != nil || len(all.Names) != 1 {
		t.Errorf("%v, %v", all, err)
	}
	if diff := cmp.Diff([]string{"team"}, asked); diff != "" {
		t.Error(diff)
	}
	check(t, "tokens", len(hosts.Asked("/token?scope=registry%3Acatalog%3A%2A&service=x")), 1)
}

// What lies below a name in Google's registries can go on for only so long.
func TestNamesThatGoOnForever(t *testing.T) {
	hosts := listregistry.Serve(t, map[string]http.Handler{"gcr.io": text(`{"child":["a"],"manifest":{},"tags":[]}`)})
	_, err := openNamed(t, "gcr.io", hosts).Repositories(t.Context(), "team")
	if err == nil || !strings.Contains(err.Error(), "more than 16 elements below team") {
		t.Error(err)
	}
}
