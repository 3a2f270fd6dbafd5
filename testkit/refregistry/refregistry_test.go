package refregistry_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/refregistry"
)

// ask makes a request of a registry, with headers as "NAME: VALUE".
func ask(g *refregistry.Registry, method, path string, body []byte, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, bytes.NewReader(body))
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
	}
	answer := httptest.NewRecorder()
	g.ServeHTTP(answer, r)
	return answer
}

// list lists all pages, and returns how many there were; it gives up after ten.
func list(t *testing.T, g *refregistry.Registry, subject digest.Digest) (all []refregistry.Descriptor, pages int) {
	t.Helper()
	for next := "/v2/app/referrers/" + subject.String(); next != "" && pages < 10; pages++ {
		answer := ask(g, http.MethodGet, next, nil)
		var index refregistry.Index
		if err := json.Unmarshal(answer.Body.Bytes(), &index); err != nil || answer.Code != http.StatusOK {
			t.Fatal(answer.Code, answer.Body, err)
		}
		all = append(all, index.Manifests...)
		next, _, _ = strings.Cut(strings.TrimPrefix(answer.Header().Get("Link"), "<"), ">")
	}
	return all, pages
}

func TestShapesList(t *testing.T) {
	for name, c := range map[string]struct {
		shape       refregistry.Shape
		want, pages int
	}{
		"standard": {refregistry.Standard(), 7, 1},
		"paged":    {refregistry.Paged(), 7, 3},
		"made up":  {refregistry.Shape{API: refregistry.Listed, MadeUp: 20, Page: 10}, 27, 3},
		"endless":  {refregistry.Shape{API: refregistry.Listed, Endless: true}, 70, 10},
	} {
		g := refregistry.New(c.shape)
		subject := g.Put(t, "app", "1", refregistry.Image("subject"))
		for n := range 7 {
			g.Put(t, "app", "", refregistry.Referrer(subject, "a/b", fmt.Sprint(n)))
		}
		got, pages := list(t, g, subject)
		if len(got) != c.want || pages != c.pages {
			t.Errorf("%s: %d in %d pages", name, len(got), pages)
		}
	}
}

func TestAChainGoesOn(t *testing.T) {
	g := refregistry.New(refregistry.Shape{API: refregistry.Listed, Chain: true})
	of := g.Put(t, "app", "1", refregistry.Image("subject"))
	for range 10 {
		got, _ := list(t, g, of)
		if len(got) != 1 {
			t.Fatalf("%d referrers of %s", len(got), of)
		}
		of = got[0].Digest
		if answer := ask(g, http.MethodGet, "/v2/app/manifests/"+of.String(), nil); answer.Code != http.StatusOK {
			t.Errorf("%s: %d", of, answer.Code)
		}
	}
}

func TestShapesThatDoNotList(t *testing.T) {
	for status, shape := range map[int]refregistry.Shape{
		404: refregistry.Distribution(), 303: refregistry.GHCR(), 405: {API: refregistry.NotAllowed},
		403: {API: refregistry.Denied}, 200: {API: refregistry.Pages},
	} {
		answer := ask(refregistry.New(shape), http.MethodGet, "/v2/app/referrers/sha256:"+strings.Repeat("0", 64), nil)
		if answer.Code != status || strings.Contains(answer.Body.String(), "manifests") {
			t.Errorf("%d, want %d: %s", answer.Code, status, answer.Body)
		}
	}
}

func TestWhatIsPut(t *testing.T) {
	const typed = "Content-Type: application/vnd.oci.image.manifest.v1+json"
	subject := digest.FromString("subject")
	content := refregistry.Referrer(subject, "a/b", "")
	path := "/v2/app/manifests/" + digest.FromBytes(content).String()
	for name, c := range map[string]struct {
		shape  refregistry.Shape
		status int
		says   string
	}{
		"standard": {refregistry.Standard(), 201, subject.String()},
		"mute":     {refregistry.Shape{API: refregistry.Listed, Mute: true}, 201, ""},
		"no API":   {refregistry.Distribution(), 201, ""},
		"refusing": {refregistry.Shape{Refuses: 405}, 405, ""},
	} {
		answer := ask(refregistry.New(c.shape), http.MethodPut, path, content, typed)
		if answer.Code != c.status || answer.Header().Get("OCI-Subject") != c.says {
			t.Errorf("%s: %d %v", name, answer.Code, answer.Header())
		}
	}
	g := refregistry.New(refregistry.Conditional())
	for _, c := range []struct {
		condition string
		status    int
	}{
		{`If-Match: "x"`, 412},
		{`If-None-Match: *`, 201},
		{`If-None-Match: *`, 412},
		{`If-Match: "` + digest.FromBytes(content).String() + `"`, 201},
		{`If-Match: "x"`, 412},
	} {
		if answer := ask(g, http.MethodPut, "/v2/app/manifests/1", content, typed, c.condition); answer.Code != c.status {
			t.Errorf("%s: %d", c.condition, answer.Code)
		}
	}
	answer := ask(g, http.MethodGet, "/v2/app/manifests/1", nil)
	if etag := answer.Header().Get("ETag"); etag != `"`+digest.FromBytes(content).String()+`"` {
		t.Errorf("ETag %s", etag)
	}
}

// GitLab's registry takes a tag that is named after a digest for the digest.
func TestTagsThatAreDigests(t *testing.T) {
	for want, shape := range map[int]refregistry.Shape{200: refregistry.GitLab(), 404: refregistry.Distribution()} {
		g := refregistry.New(shape)
		d := g.Put(t, "app", "1", refregistry.Image("subject"))
		if got := ask(g, http.MethodGet, "/v2/app/manifests/sha256-"+d.Encoded(), nil); got.Code != want {
			t.Errorf("%d, want %d", got.Code, want)
		}
	}
}
