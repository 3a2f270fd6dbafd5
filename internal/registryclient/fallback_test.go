package registryclient_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/testkit/refregistry"
)

// fallbackTag is the tag of the referrers of a subject.
func fallbackTag(subject digest.Digest) string {
	return subject.Algorithm().String() + "-" + subject.Encoded()
}

func TestReferrersAtTheFallbackTag(t *testing.T) {
	g, host := refregistry.Start(t, refregistry.Distribution())
	r := openAt(t, host).Repository(repository)
	subject, want := put(t, g, 2)
	if got, err := r.FallbackReferrers(t.Context(), subject); err != nil || got != nil {
		t.Errorf("without a tag: %v, %v", got, err)
	}
	check(t, "requests", len(g.Asked("GET", "/manifests/")), 1)

	mine, other := refregistry.Referrer(subject, "test/type", "0"), refregistry.Image("other")
	theirs := refregistry.Referrer(digest.FromString("another"), "test/type", "theirs")
	twin := refregistry.Referrer(subject, "test/type", "1")
	for _, content := range [][]byte{other, theirs} {
		g.Put(t, repository, "", content)
	}
	g.Put(t, repository, fallbackTag(subject), refregistry.Untyped(mine, other, theirs, twin))
	got, err := r.FallbackReferrers(t.Context(), subject)
	if err != nil {
		t.Error(err)
	}
	sameLines(t, "referrers", want, lines(got))
	check(t, "requests", len(g.Asked("GET", "/manifests/")), 1+1+4)
}

// A referrer that is in the index and was deleted is none.
func TestAReferrerThatIsGone(t *testing.T) {
	g, host := refregistry.Start(t, refregistry.Distribution())
	subject, want := put(t, g, 1)
	r := openAt(t, host).Repository(repository)
	gone := refregistry.Referrer(subject, "test/type", "gone")
	g.Put(t, repository, "", gone)
	g.Put(t, repository, fallbackTag(subject),
		refregistry.IndexOf(gone, refregistry.Referrer(subject, "test/type", "0")))
	g.Delete(t, repository, digest.FromBytes(gone))
	got, err := r.FallbackReferrers(t.Context(), subject)
	if err != nil {
		t.Error(err)
	}
	sameLines(t, "referrers", want, lines(got))
}

func TestWhatElseIsAtTheFallbackTag(t *testing.T) {
	gitlab, gitlabHost := refregistry.Start(t, refregistry.GitLab())
	child := refregistry.Image("child")
	gitlab.Put(t, repository, "", child)
	subject := gitlab.Put(t, repository, "1", refregistry.IndexOf(child))
	if got, err := openAt(t, gitlabHost).Repository(repository).FallbackReferrers(t.Context(), subject); err != nil ||
		got != nil {
		t.Errorf("the subject itself: %v, %v", got, err)
	}

	g, host := refregistry.Start(t, refregistry.Distribution())
	subject, _ = put(t, g, 0)
	g.Put(t, repository, fallbackTag(subject), refregistry.Image("other"))
	if got, err := openAt(t, host).Repository(repository).FallbackReferrers(t.Context(), subject); err != nil ||
		got != nil {
		t.Errorf("an image: %v, %v", got, err)
	}
}

func TestFallbackTagsThatCannotBeRead(t *testing.T) {
	subject := digest.FromString("subject")
	const index = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[`
	one := `{"digest":"` + digest.FromString("one").String() + `"}`
	for _, c := range []struct {
		name, index string
		manifest    string // of each referrer
		status      int
		want        string
		is          error // nil: another try may do
	}{
		{"forbidden", "", "", 403, "403 Forbidden", artifacts.ErrNoList},
		{"rate limit", "", "", 429, "rate limit: 429", nil},
		{"odd", index + `{}]}`, "", 200, "manifests[0]: digest", artifacts.ErrNoList},
		{"another digest", index + one + `]}`, "two", 200, "has another digest", artifacts.ErrNoList},
		{"many", index + strings.Repeat(one+",", 1000) + one + `]}`, "", 200, "more than 1000", artifacts.ErrMany},
	} {
		registry := start(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", artifacts.IndexType)
			if c.status != http.StatusOK {
				w.Header().Set("Retry-After", "3600")
			}
			w.WriteHeader(c.status)
			content := c.manifest
			if strings.HasSuffix(r.URL.Path, "/sha256-"+subject.Encoded()) {
				content = c.index
			}
			w.Write([]byte(content))
		})
		got, err := open(t, registry).Repository(repository).FallbackReferrers(t.Context(), subject)
		if got != nil || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
		for _, sentinel := range []error{artifacts.ErrNoList, artifacts.ErrMany} {
			if errors.Is(err, sentinel) != (sentinel == c.is) {
				t.Errorf("%s: %v, is %v: %v", c.name, err, sentinel, sentinel != c.is)
			}
		}
	}
}
