package registryclient_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/fence"
	"ecrmirror/internal/listed"
	"ecrmirror/internal/registryclient"
	"ecrmirror/testkit/listregistry"
)

// openNamed returns a registry among hosts, by its name. The stand-ins speak plain HTTP.
func openNamed(
	t *testing.T, host string, hosts *listregistry.Hosts, change ...func(*registryclient.Options),
) *registryclient.Registry {
	t.Helper()
	opts := registryclient.Options{
		Host: host, Insecure: true, Network: fence.Network{Proxy: hosts.Proxy}, Backoff: time.Millisecond,
	}
	for _, f := range change {
		f(&opts)
	}
	r, err := registryclient.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// names returns those of tags, in one text.
func names(tags listed.Tags) string {
	all := make([]string, len(tags.Tags))
	for i, tag := range tags.Tags {
		all[i] = tag.Name
	}
	return strings.Join(all, " ")
}

// tagged is a repository with tags.
func tagged(name string, tags ...listregistry.Tag) map[string][]listregistry.Tag {
	return map[string][]listregistry.Tag{name: tags}
}

// eight are tags in no order, one of them twice and one of which none can be.
const eight = "v8 v1 v3 v2 v5 v4 v1 v6 v7 no/tag"

// TestTagsOfEachRegistry: each lists in its own way, and all of it comes.
func TestTagsOfEachRegistry(t *testing.T) {
	for _, c := range []struct {
		host     string
		shape    listregistry.Shape
		pages    int
		numbered string // the n that is asked for
	}{
		{"docker.io", listregistry.DockerHub(), 1, ""},
		{"ghcr.io", listregistry.GHCR(), 4, ""},
		{"quay.io", listregistry.Quay(), 4, ""},
		{"public.ecr.aws", listregistry.ECRPublic(), 1, "1000"},
		{"ecr-public.aws.com", listregistry.ECRPublic(), 1, "1000"},
		{"acme.azurecr.io", listregistry.ACR(), 4, ""},
		{"us-docker.pkg.dev", listregistry.GAR(), 1, ""},
		{"gcr.io", listregistry.GAR(), 1, ""},
		{"mcr.microsoft.com", listregistry.MCR(), 1, ""},
		{"acme.jfrog.io", listregistry.Artifactory(), 4, ""},
		{"nexus.example.com:8443", listregistry.Nexus(), 4, ""},
		{"harbor.example.com", listregistry.Standard(), 4, ""},
		{"registry.gitlab.com", listregistry.Standard(), 4, ""},
		{"ecr.example.com", listregistry.ECRPublic(), 4, ""}, // with links, as of other registries of ECR's
	} {
		t.Run(c.host, func(t *testing.T) {
			at := c.host
			if at == "docker.io" {
				at = "registry-1.docker.io"
			}
			hosts := listregistry.Serve(t, map[string]http.Handler{at: &listregistry.Registry{
				Shape:        c.shape,
				Repositories: tagged("virtual/team/app", listregistry.Tags(strings.Fields(eight)...)...),
			}})
			tags, err := openNamed(t, c.host, hosts).Repository("virtual/team/app").Tags(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if names(tags) != "v1 v2 v3 v4 v5 v6 v7 v8" || tags.Dropped != 1 {
				t.Errorf("%q, %d dropped", names(tags), tags.Dropped)
			}
			asked := hosts.Asked(at+" GET /v2/virtual/team/app/tags/list", "Bearer")
			check(t, "pages", len(asked), c.pages)
			if numbered := strings.Contains(asked[0], "?n="+c.numbered+" "); numbered != (c.numbered != "") {
				t.Errorf("asked for %s", asked[0])
			}
			check(t, "requests elsewhere", len(hosts.Asked())-len(hosts.Asked(at)), 0)
		})
	}
}

func TestNoTags(t *testing.T) {
	for _, empty := range []listregistry.Empty{listregistry.Array, listregistry.Null, listregistry.Absent} {
		hosts := listregistry.Serve(t, map[string]http.Handler{"r.example.com": &listregistry.Registry{
			Shape: listregistry.Shape{Empty: empty}, Repositories: tagged("app"),
		}})
		r := openNamed(t, "r.example.com", hosts)
		if tags, err := r.Repository("app").Tags(t.Context()); err != nil || len(tags.Tags) != 0 {
			t.Errorf("%d: %v, %v", empty, tags, err)
		}
		_, err := r.Repository("none").Tags(t.Context())
		if begin := "r.example.com/none: listing tags: "; !errors.Is(err, registryclient.ErrNotFound) ||
			!strings.HasPrefix(err.Error(), begin) {
			t.Errorf("no repository: %v", err)
		}
	}
}

// Google's registries tell digests and times, in either form.
func TestDigestsAndTimesOfTags(t *testing.T) {
	one, two := digest.FromString("1").String(), digest.FromString("2").String()
	const ms = 1_700_000_000_123
	hosts := listregistry.Serve(t, map[string]http.Handler{"eu.gcr.io": &listregistry.Registry{
		Shape: listregistry.GAR(), Repositories: tagged("p/app",
			listregistry.Tag{Name: "1", Digest: one, Uploaded: ms},
			listregistry.Tag{Name: "latest", Digest: one, Uploaded: ms},
			listregistry.Tag{Name: "v2", Digest: two, Uploaded: ms + 1},
			listregistry.Tag{Name: "odd", Digest: "sha512:" + strings.Repeat("0", 128), Uploaded: ms},
			listregistry.Tag{Name: "none", Digest: "x"},
		),
	}})
	tags, err := openNamed(t, "eu.gcr.io", hosts).Repository("p/app").Tags(t.Context())
	uploaded := time.UnixMilli(ms).UTC()
	want := listed.Tags{Tags: []listed.Tag{
		{Name: "1", Digest: digest.Digest(one), Uploaded: uploaded},
		{Name: "latest", Digest: digest.Digest(one), Uploaded: uploaded},
		{Name: "none"},
		{Name: "odd"},
		{Name: "v2", Digest: digest.Digest(two), Uploaded: uploaded.Add(time.Millisecond)},
	}}
	if diff := cmp.Diff(want, tags); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

// Where a list can't be read to its end, it is an error.
func TestLinksThatLeadNowhere(t *testing.T) {
	for link, want := range map[string]string{
		`<https://other.example/v2/team/app/tags/list?last=a>; rel="next"`:    "leads from HOST to other.example, which is not asked",
		`<https://user@other.example/tags/list?last=a>; rel="next"`:           "leads from HOST to other.example, which is not asked",
		`<https://[::1%25eth0]/v2/team/app/tags/list?last=a>; rel=next`:       "leads from HOST to what is not a host",
		`<//169.254.169.254/v2/team/app/tags/list?last=a>; rel=next`:          "leads from HOST to 169.254.169.254, which is not asked",
		`<file:///v2/team/app/tags/list?last=a>; rel=next`:                    "is not an HTTP URL",
		`<mailto:a@b>; rel=next`:                                              "is not an HTTP URL",
		`<%zz>; rel=next`:                                                     "is not a URL",
		`</v2/_catalog?last=a>; rel="next"`:                                   `leads to "/v2/_catalog", which is another list`,
		`</v2/team/app/list?last=a>; rel="next"`:                              `leads to "/v2/team/app/list", which is another list`,
		`/v2/team/app/tags/list?last=a; rel="next"`:                           "can't be read",
		`</v2/team/app/tags/list?last=a; rel="next"`:                          "can't be read",
		`</v2/team/app/tags/list>; rel="next"`:                                "a page that it had before",
		`<>; rel="next"`:                                                      "a page that it had before",
		`<?last=a>; rel="next"`:                                               "a page that it had before", // the second time
		`</prev?x>; rel=prev, </v2/team/app/tags/list?last=a>; rel="up next"`: "a page that it had before",
		`<?last=a>; REL=Next`:                                                 "a page that it had before",
		`<?last=a>`:                                                           "a page that it had before",
	} {
		r := start(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Link", link)
			fmt.Fprint(w, `{"tags":["a"]}`)
		})
		_, err := open(t, r).Repository(repository).Tags(t.Context())
		if err == nil || !strings.Contains(err.Error(), strings.ReplaceAll(want, "HOST", r.addr())) ||
			strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%s: %v, want %q", link, err, want)
		}
		if n := r.count("/tags/list"); n > 2 {
			t.Errorf("%s: asked %d times", link, n)
		}
	}
}

// Links in many words are read all the same, and those to elsewhere do no harm.
func TestLinksOfLastPages(t *testing.T) {
	for _, link := range []string{
		"", `</v2/team/app/tags/list?last=a>; rel="prev"`, `</first>; rel=first, </last>; rel="last"; title="a, b; c"`,
		`<https://other.example/terms>; rel="terms-of-service"`, `</next>; anchor="#x"; rel=prev; rel=next`,
	} {
		r := start(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Link", link)
			fmt.Fprint(w, `{"tags":["a"]}`)
		})
		if tags, err := open(t, r).Repository(repository).Tags(t.Context()); err != nil || names(tags) != "a" {
			t.Errorf("%s: %v, %v", link, tags, err)
		}
		check(t, "requests", r.count("/tags/list"), 1)
	}
}

// What a link says of scheme, port and path is not followed: no login leaves the place that was named.
func TestOnlyTheQueryOfALinkCounts(t *testing.T) {
	elsewhere := start(t, func(http.ResponseWriter, *http.Request) {})
	_, port, _ := strings.Cut(elsewhere.addr(), ":")
	for _, link := range []string{
		"http://127.0.0.1:" + port + "/v2/team/app/tags/list?last=a", "https://127.0.0.1/v2/team/app/tags/list?last=a",
		"/v2/tags/list?last=a", "/artifactory/api/docker/virtual/v2/app/tags/list?last=a", "list?last=a", "?last=a",
		"//127.0.0.1:" + port + "/tags/list?last=a",
	} {
		r := start(t, protected(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("last") == "" {
				w.Header().Set("Link", "<"+link+`>; rel="next"`)
				fmt.Fprint(w, `{"tags":["a"]}`)
				return
			}
			fmt.Fprint(w, `{"tags":["b"]}`)
		}))
		tags, err := open(t, r, robot).Repository(repository).Tags(t.Context())
		if err != nil || names(tags) != "a b" {
			t.Errorf("%s: %q, %v", link, names(tags), err)
		}
	}
	if asked := elsewhere.asked(); len(asked) > 0 {
		t.Errorf("elsewhere was asked %s", asked)
	}
}

// registry.k8s.io sends to one of Google's registries, where the list goes on. Nobody is logged in there.
func TestListsThatAreElsewhere(t *testing.T) {
	away := start(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("last") == "" {
			w.Header().Set("Link", `</v2/there/tags/list?last=a>; rel="next"`)
		}
		fmt.Fprintf(w, `{"tags":["a%s"]}`, r.URL.Query().Get("last"))
	})
	home := start(t, protected(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, away.URL+"/v2/there/tags/list", http.StatusTemporaryRedirect)
	}))
	tags, err := open(t, home, robot).Repository(repository).Tags(t.Context())
	if err != nil || names(tags) != "a aa" {
		t.Errorf("%q, %v", names(tags), err)
	}
	check(t, "requests", away.count("GET /v2/there/tags/list"), 2)
	if sent := away.sent("Authorization"); len(sent) > 0 {
		t.Errorf("the login was sent elsewhere: %s", sent)
	}
}

func TestAListHasManyTags(t *testing.T) {
	want := make([]string, 100_000)
	for i := range want {
		want[i] = fmt.Sprintf("v%06d", i)
	}
	for _, page := range []int{0, 10_000} {
		r := start(t, (&listregistry.Registry{
			Shape: listregistry.Shape{Page: page}, Repositories: tagged(repository, listregistry.Tags(want...)...),
		}).ServeHTTP)
		tags, err := open(t, r).Repository(repository).Tags(t.Context())
		if err != nil || names(tags) != strings.Join(want, " ") {
			t.Errorf("pages of %d: %d tags, %v", page, len(tags.Tags), err)
		}
	}
}
