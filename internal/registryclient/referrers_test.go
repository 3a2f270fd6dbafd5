package registryclient_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/registryclient"
	"ecrmirror/testkit/refregistry"
)

// openAt returns the registry at host:port.
func openAt(t *testing.T, host string) *registryclient.Registry {
	t.Helper()
	r, err := registryclient.New(registryclient.Options{Host: host, Insecure: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// put has a registry keep an image, and so many referrers of it.
func put(t *testing.T, g *refregistry.Registry, referrers int) (subject digest.Digest, want []string) {
	t.Helper()
	subject = g.Put(t, repository, "1", refregistry.Image("subject"))
	for i := range referrers {
		content := refregistry.Referrer(subject, "test/type", fmt.Sprint(i))
		want = append(want, fmt.Sprintf("%s %d test/type", g.Put(t, repository, "", content), len(content)))
	}
	return subject, want
}

// lines are artifacts as "DIGEST SIZE TYPE".
func lines(all []artifacts.Artifact) []string {
	var lines []string
	for _, a := range all {
		lines = append(lines, fmt.Sprintf("%s %d %s%s", a.Digest, a.Size, a.Type, a.Tag))
	}
	return lines
}

// sameLines compares lines in any order.
func sameLines(t *testing.T, what string, want, got []string) {
	t.Helper()
	if diff := cmp.Diff(want, got, sorted); diff != "" {
		t.Errorf("%s (-want +got): %s", what, diff)
	}
}

var sorted = cmp.Transformer("sorted", func(lines []string) map[string]int {
	set := map[string]int{}
	for _, line := range lines {
		set[line]++
	}
	return set
})

func TestReferrersAreListed(t *testing.T) {
	for name, c := range map[string]struct {
		shape     refregistry.Shape
		referrers int
		requests  int
	}{
		"none":         {refregistry.Standard(), 0, 1},
		"one page":     {refregistry.Standard(), 10, 1},
		"pages":        {refregistry.Paged(), 10, 4},
		"a whole page": {refregistry.Paged(), 3, 1},
	} {
		g, host := refregistry.Start(t, c.shape)
		subject, want := put(t, g, c.referrers)
		got, err := openAt(t, host).Repository(repository).Referrers(t.Context(), subject)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		sameLines(t, name, want, lines(got))
		check(t, name+": requests", len(g.Asked("GET /v2/"+repository+"/referrers/")), c.requests)
		check(t, name+": others", len(g.Asked()), c.requests)
	}
}

// A registry without the API is asked once; its answer holds for all subjects of the repository, and no other.
func TestRegistriesWithoutTheAPI(t *testing.T) {
	for name, c := range map[string]struct {
		shape      refregistry.Shape
		remembered bool
	}{
		"distribution": {refregistry.Distribution(), true},
		"ghcr.io":      {refregistry.GHCR(), true},
		"GitLab":       {refregistry.GitLab(), true},
		"405":          {refregistry.Shape{API: refregistry.NotAllowed}, true},
		"a web page":   {refregistry.Shape{API: refregistry.Pages}, false},
	} {
		g, host := refregistry.Start(t, c.shape)
		r := openAt(t, host)
		for _, name := range []string{repository, repository, "other"} {
			for range 2 {
				if got, err := r.Repository(name).Referrers(t.Context(), digest.FromString("1")); got != nil ||
					!errors.Is(err, registryclient.ErrNoReferrers) {
					t.Errorf("%s: %v, %v", name, got, err)
				}
			}
		}
		want := 6
		if c.remembered {
			want = 2
		}
		check(t, name+": requests", len(g.Asked("/referrers/")), want)
	}
}

// An error is none of "there are no referrers", and none of "there is no API".
func TestReferrersThatCannotBeListed(t *testing.T) {
	page := func(status int, header, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", artifacts.IndexType)
			if name, value, ok := strings.Cut(header, ": "); ok {
				w.Header().Set(name, value)
			}
			w.WriteHeader(status)
			fmt.Fprint(w, strings.ReplaceAll(body, "PATH", r.URL.Path))
		}
	}
	const empty = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}`
	long := `{"manifests":[],"annotations":{"a":"` + strings.Repeat(" ", 100) + `"}}`
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		want   string
		is     error // nil: another try may do
	}{
		{"forbidden", page(403, "", `{"errors":[{"code":"DENIED"}]}`), "403 Forbidden (DENIED)", artifacts.ErrNoList},
		{"no login", page(401, "", ``), "401 Unauthorized", artifacts.ErrNoList},
		{"rate limit", page(429, "Retry-After: 3600", ``), "rate limit: 429", nil},
		{"broken", page(500, "", ``), "500 Internal Server Error", nil},
		{"no index", page(200, "", `{"errors":[]}`), "it is no index of referrers", artifacts.ErrNoList},
		{"cut off", page(200, "", empty[:len(empty)-1]), "unexpected end of JSON input", artifacts.ErrNoList},
		{"odd", page(200, "", `{"manifests":[{"digest":"x"}]}`), "invalid checksum digest format", artifacts.ErrNoList},
		{
			"a page elsewhere", page(200, "Link: <https://elsewhere.example.com/>; rel=next", empty),
			"to elsewhere.example.com, which is not asked", artifacts.ErrNoList,
		},
		{"the page again", page(200, "Link: <?>; rel=next", empty), "a page that it had before", artifacts.ErrNoList},
		{
			"a long page", page(200, "", strings.Repeat(long+"\n", 60_000)), "an index of more than 4194304 bytes",
			artifacts.ErrMany,
		},
	} {
		r := start(t, c.answer)
		_, err := open(t, r, twice).Repository(repository).Referrers(t.Context(), digest.FromString("1"))
		if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, registryclient.ErrNoReferrers) ||
			!strings.HasPrefix(err.Error(), r.addr()+"/"+repository+": listing referrers of sha256:") {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
		for _, sentinel := range []error{artifacts.ErrNoList, artifacts.ErrMany} {
			if errors.Is(err, sentinel) != (sentinel == c.is) {
				t.Errorf("%s: %v, is %v: %v", c.name, err, sentinel, sentinel != c.is)
			}
		}
	}
}

// Harbor lists the referrers of what it does not have as an index that has no members. A web server that answers so to
// anything does not say that it is one.
func TestAnIndexWithoutMembersIsEmpty(t *testing.T) {
	for mediaType, want := range map[string]error{
		artifacts.IndexType: nil, "application/json": registryclient.ErrNoReferrers,
	} {
		registry := start(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", mediaType)
			fmt.Fprintln(w, "{}")
		})
		got, err := open(t, registry).Repository(repository).Referrers(t.Context(), digest.FromString("1"))
		if len(got) > 0 || !errors.Is(err, want) {
			t.Errorf("%s: %v, %v", mediaType, got, err)
		}
	}
}

// Whatever a registry lists, it ends.
func TestReferrersWithoutEnd(t *testing.T) {
	for name, c := range map[string]struct {
		shape refregistry.Shape
		want  string
		pages int
	}{
		"many":           {refregistry.Shape{API: refregistry.Listed, MadeUp: 1001}, "more than 1000", 1},
		"many, in pages": {refregistry.Shape{API: refregistry.Listed, MadeUp: 100_000, Page: 50}, "more than 1000", 21},
		"endless": {
			refregistry.Shape{API: refregistry.Listed, MadeUp: 3, Endless: true}, "more than 100 pages", 100,
		},
		"endless, empty": {refregistry.Shape{API: refregistry.Listed, Endless: true}, "more than 100 pages", 100},
	} {
		g, host := refregistry.Start(t, c.shape)
		got, err := openAt(t, host).Repository(repository).Referrers(t.Context(), digest.FromString("1"))
		if got != nil || !errors.Is(err, artifacts.ErrMany) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %d, %v", name, len(got), err)
		}
		check(t, name+": pages", len(g.Asked()), c.pages)
	}
}

// Credentials go to the registry alone, and so do requests for lists.
func TestReferrersAreNotAskedForElsewhere(t *testing.T) {
	elsewhere := start(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	for name, to := range map[string]string{
		"another host": elsewhere.URL + "/v2/team/app/referrers/x", "no URL": "http://[", "nowhere": "",
		"in a circle": "?",
	} {
		registry := start(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusTemporaryRedirect)
		})
		_, err := open(t, registry).Repository(repository).Referrers(t.Context(), digest.FromString("1"))
		if !errors.Is(err, registryclient.ErrNoReferrers) {
			t.Errorf("%s: %v", name, err)
		}
	}
	check(t, "requests elsewhere", len(elsewhere.asked()), 0)

	g := refregistry.New(refregistry.Standard())
	subject, want := put(t, g, 1)
	registry := start(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path = strings.TrimPrefix(r.URL.Path, "/moved"); !strings.HasPrefix(r.RequestURI, "/moved") {
			http.Redirect(w, r, "/moved"+r.RequestURI, http.StatusPermanentRedirect)
			return
		}
		g.ServeHTTP(w, r)
	})
	got, err := open(t, registry).Repository(repository).Referrers(t.Context(), subject)
	if err != nil {
		t.Error(err)
	}
	sameLines(t, "at the registry itself", want, lines(got))
}

// A repository that does not exist says nothing about the API, nor does a subject: some registries with the API say so
// where the specification has them list none. Other subjects have referrers all the same.
func TestWhatDoesNotExistHasNoReferrers(t *testing.T) {
	for _, code := range []string{"NAME_UNKNOWN", "MANIFEST_UNKNOWN"} {
		g := refregistry.New(refregistry.Standard())
		subject, want := put(t, g, 1)
		absent := digest.FromString("1")
		registry := start(t, func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, absent.String()) {
				g.ServeHTTP(w, r)
				return
			}
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprintf(w, `{"errors":[{"code":%q}]}`, code)
		})
		r := open(t, registry).Repository(repository)
		for range 2 {
			if _, err := r.Referrers(t.Context(), absent); !errors.Is(err, registryclient.ErrNoReferrers) {
				t.Error(code, err)
			}
		}
		check(t, code+": requests", registry.count("/referrers/"), 2)
		got, err := r.Referrers(t.Context(), subject)
		if err != nil {
			t.Error(code, err)
		}
		sameLines(t, code, want, lines(got))
	}
}
