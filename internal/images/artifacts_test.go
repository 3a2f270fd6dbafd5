package images_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/images"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/transient"
	"ecrmirror/testkit/refregistry"
)

const app = "team/app"

// tagOf is a tag that is named after a subject.
func tagOf(subject digest.Digest, suffix string) string {
	return subject.Algorithm().String() + "-" + subject.Encoded() + suffix
}

// artifactsAt opens a repository for listing.
func artifactsAt(t *testing.T, repository string) port.Artifacts {
	t.Helper()
	r := images.New(images.Options{})
	t.Cleanup(r.Close)
	of, err := r.Artifacts(t.Context(), parse(t, repository))
	if err != nil {
		t.Fatal(err)
	}
	return of
}

// sameArtifacts lists what belongs to a subject, and compares it.
func sameArtifacts(t *testing.T, of port.Artifacts, subject digest.Digest, want ...artifacts.Artifact) {
	t.Helper()
	slices.SortFunc(want, func(a, b artifacts.Artifact) int {
		return strings.Compare(string(a.Digest)+a.Tag, string(b.Digest)+b.Tag)
	})
	got, err := of.Of(t.Context(), subject)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

// signed has a registry keep an image that has a signature, by a digest tag, and an SBOM that refers to it, which is
// signed itself. The image and the SBOM are returned with what belongs to each.
func signed(t *testing.T, g *refregistry.Registry) (subjects []digest.Digest, want [][]artifacts.Artifact) {
	t.Helper()
	image := g.Put(t, app, "1", refregistry.Image("image"))
	content := refregistry.Referrer(image, "application/spdx+json", "")
	sbom := artifacts.Artifact{Digest: g.Put(t, app, "", content), Size: int64(len(content)), Type: "application/spdx+json"}
	sign := func(subject digest.Digest, suffix string) artifacts.Artifact {
		tag := tagOf(subject, suffix)
		return artifacts.Artifact{Digest: g.Put(t, app, tag, refregistry.Image(tag)), Size: -1, Tag: tag}
	}
	return []digest.Digest{image, sbom.Digest}, [][]artifacts.Artifact{
		{sign(image, ".sig"), sign(image, ".att"), sbom}, {sign(sbom.Digest, ".sig")},
	}
}

func TestArtifactsOfARegistryWithTheAPI(t *testing.T) {
	g, host := refregistry.Start(t, refregistry.Paged())
	subjects, want := signed(t, g)
	of := artifactsAt(t, host+"/"+app+":ignored")
	if n := len(g.Asked()); n > 0 {
		t.Errorf("%d requests before anything is asked", n)
	}
	for i := range subjects {
		sameArtifacts(t, of, subjects[i], want[i]...)
	}
	sameArtifacts(t, of, digest.FromString("other"))
	for part, n := range map[string]int{"/tags/list": 1, "/referrers/": 3, "HEAD": 3, "": 7} {
		if got := g.Asked(part); len(got) != n {
			t.Errorf("%s: %q, want %d", part, got, n)
		}
	}
}

// Where there is no API, what has no fallback tag takes no request at all.
func TestArtifactsOfRegistriesWithoutTheAPI(t *testing.T) {
	for name, shape := range map[string]refregistry.Shape{
		"distribution": refregistry.Distribution(), "ghcr.io": refregistry.GHCR(),
	} {
		g, host := refregistry.Start(t, shape)
		subjects, want := signed(t, g)
		g.Put(t, app, tagOf(subjects[0], ""),
			refregistry.IndexOf(refregistry.Referrer(subjects[0], "application/spdx+json", "")))
		of := artifactsAt(t, host+"/"+app)
		for range 2 {
			for i := range subjects {
				sameArtifacts(t, of, subjects[i], want[i]...)
			}
			sameArtifacts(t, of, digest.FromString("other"))
		}
		// GETs of the index and of its one member.
		for part, n := range map[string]int{"/tags/list": 1, "/referrers/": 1, "HEAD": 6, "GET /v2/team/app/manifests/": 4} {
			if got := g.Asked(part); len(got) != n {
				t.Errorf("%s: %s: %q, want %d", name, part, got, n)
			}
		}
	}
}

// Without a list of tags, each is asked for.
func TestArtifactsWhereTagsCannotBeListed(t *testing.T) {
	pages := 0
	for name, c := range map[string]struct {
		list  http.HandlerFunc
		lists int
	}{
		"forbidden": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, 1},
		"not there": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }, 1},
		"too long": {func(w http.ResponseWriter, _ *http.Request) {
			pages++
			w.Header().Set("Link", fmt.Sprintf(`<?last=%d>; rel="next"`, pages))
			fmt.Fprint(w, `{"tags":["v1"]}`)
		}, 30},
	} {
		g := refregistry.New(refregistry.Distribution())
		subjects, want := signed(t, g)
		g.Put(t, app, tagOf(subjects[0], ""),
			refregistry.IndexOf(refregistry.Referrer(subjects[0], "application/spdx+json", "")))
		lists := 0
		host := serve(t, func(http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/tags/list") {
					lists++
					c.list(w, r)
					return
				}
				g.ServeHTTP(w, r)
			})
		})
		of := artifactsAt(t, host+"/"+app)
		for i := range subjects {
			sameArtifacts(t, of, subjects[i], want[i]...)
		}
		if lists != c.lists {
			t.Errorf("%s: %d requests for lists", name, lists)
		}
		if got := g.Asked("HEAD"); len(got) != 3*len(subjects) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// An error that passes is told, and forgotten.
func TestListsOfTagsThatFailForNow(t *testing.T) {
	g := refregistry.New(refregistry.Standard())
	subjects, want := signed(t, g)
	fails := true
	host := serve(t, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if fails && strings.HasSuffix(r.URL.Path, "/tags/list") {
				w.Header().Set("Retry-After", "3600")
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			g.ServeHTTP(w, r)
		})
	})
	of := artifactsAt(t, host+"/"+app)
	if got, err := of.Of(t.Context(), subjects[0]); got != nil || !transient.Is(err) ||
		errors.Is(err, artifacts.ErrNoList) {
		t.Errorf("%v, %v", got, err)
	}
	fails = false
	of = artifactsAt(t, host+"/"+app)
	sameArtifacts(t, of, subjects[0], want[0]...)
}

func TestArtifactsThatCannotBeListed(t *testing.T) {
	g, host := refregistry.Start(t, refregistry.Shape{API: refregistry.Denied})
	subject := g.Put(t, app, "1", refregistry.Image("image"))
	if got, err := artifactsAt(t, host+"/"+app).Of(t.Context(), subject); got != nil ||
		!errors.Is(err, artifacts.ErrNoList) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := artifactsAt(t, host+"/"+app).Of(t.Context(), "sha256:x"); got != nil || err == nil {
		t.Errorf("no digest: %v, %v", got, err)
	}
}

// However many ask at a time, tags are listed once.
func TestArtifactsOfManySubjectsAtATime(t *testing.T) {
	g, host := refregistry.Start(t, refregistry.Distribution())
	subjects, want := signed(t, g)
	of := artifactsAt(t, host+"/"+app)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { sameArtifacts(t, of, subjects[1], want[1]...) })
	}
	wg.Wait()
	if n := len(g.Asked("/tags/list")); n != 1 {
		t.Errorf("%d lists of tags", n)
	}
}

func TestArtifactsOfWhatHasNone(t *testing.T) {
	_, host := refregistry.Start(t, refregistry.Standard())
	for _, name := range []string{host + "/none", "oci:/tmp/none:1", "dir:/tmp/none"} {
		sameArtifacts(t, artifactsAt(t, name), digest.FromString("1"))
	}
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	sameArtifacts(t, artifactsAt(t, server.Listener.Addr().String()+"/none"), digest.FromString("1"))
}
