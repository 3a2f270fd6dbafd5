package registryclient_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/registryclient"
	"ecrmirror/internal/transient"
	"ecrmirror/testkit/refregistry"
)

// writableAt returns a repository of the registry at host:port.
func writableAt(t *testing.T, host string) *registryclient.Repository {
	t.Helper()
	r, err := registryclient.New(registryclient.Options{Host: host, Insecure: true, Backoff: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r.WritableRepository(repository)
}

// putReferrer puts the n-th referrer of a subject, and returns its entry.
func putReferrer(t *testing.T, r *registryclient.Repository, subject digest.Digest, n int) (entry string, err error) {
	t.Helper()
	content := refregistry.Referrer(subject, "test/type", fmt.Sprint(n))
	d := digest.FromBytes(content)
	err = r.PutManifest(t.Context(), d.String(), content, manifestType, d)
	return fmt.Sprintf("%s %s %d test/type map[note:%d]", manifestType, d, len(content), n), err
}

// listedAt are the entries of the index at the fallback tag of a subject.
func listedAt(t *testing.T, g *refregistry.Registry, subject digest.Digest) (lines []string) {
	t.Helper()
	for _, d := range g.At(t, repository, fallbackTag(subject)).Manifests {
		lines = append(lines, fmt.Sprintf("%s %s %d %s %v", d.MediaType, d.Digest, d.Size, d.ArtifactType, d.Annotations))
	}
	return lines
}

// A registry that lists referrers itself gets no index, and is asked for that only where it does not say so.
func TestReferrersArePutWhereTheyAreListed(t *testing.T) {
	for name, c := range map[string]struct {
		shape refregistry.Shape
		asks  int
	}{
		"it says so":      {refregistry.Standard(), 0},
		"it says nothing": {refregistry.Shape{API: refregistry.Listed, Mute: true}, 1},
	} {
		g, host := refregistry.Start(t, c.shape)
		subject, _ := put(t, g, 0)
		r := writableAt(t, host)
		for n := range 3 {
			if _, err := putReferrer(t, r, subject, n); err != nil {
				t.Error(name, err)
			}
		}
		check(t, name+": requests for referrers", len(g.Asked("/referrers/")), c.asks)
		check(t, name+": requests for a tag", len(g.Asked(fallbackTag(subject))), 0)
		if got, err := r.Referrers(t.Context(), subject); err != nil || len(got) != 3 {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// An index that may not be read can't be kept.
func TestAnIndexThatMayNotBeReadIsRefused(t *testing.T) {
	g := refregistry.New(refregistry.Distribution())
	subject, _ := put(t, g, 0)
	registry := start(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/manifests/sha256-") {
			g.ServeHTTP(w, r)
			return
		}
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"errors":[{"code":"DENIED"}]}`)
	})
	_, err := putReferrer(t, writableAt(t, registry.addr()), subject, 0)
	if !port.IsRefused(err) || transient.Is(err) || !strings.Contains(err.Error(), "may be listed nowhere") {
		t.Error(err)
	}
}

// However many are put at a time, all are in the index.
func TestReferrersArePutIntoAnIndex(t *testing.T) {
	for name, shape := range map[string]refregistry.Shape{
		"distribution": refregistry.Distribution(), "ghcr.io": refregistry.GHCR(),
		"with conditions": refregistry.Conditional(),
	} {
		g, host := refregistry.Start(t, shape)
		subject, _ := put(t, g, 0)
		other := digest.FromString("another subject, which is not there")
		r := writableAt(t, host)
		var mu sync.Mutex
		want := map[digest.Digest][]string{}
		var wg sync.WaitGroup
		for n := range 50 {
			for _, of := range []digest.Digest{subject, other} {
				wg.Go(func() {
					entry, err := putReferrer(t, r, of, n)
					if err != nil {
						t.Error(name, err)
					}
					mu.Lock()
					defer mu.Unlock()
					want[of] = append(want[of], entry)
				})
			}
		}
		wg.Wait()
		for of, entries := range want {
			sameLines(t, name, entries, listedAt(t, g, of))
		}
		before := len(g.Asked("PUT", "sha256-"))
		if _, err := putReferrer(t, r, subject, 7); err != nil {
			t.Error(name, err)
		}
		check(t, name+": indexes put", before, 100)
		check(t, name+": indexes put for what is there", len(g.Asked("PUT", "sha256-")), 100)
	}
}

// What another client has in the index stays, also what this one does not know.
func TestAnIndexKeepsWhatOthersWrote(t *testing.T) {
	g, host := refregistry.Start(t, refregistry.Distribution())
	subject, _ := put(t, g, 1)
	theirs := strings.Replace(string(refregistry.IndexOf(refregistry.Referrer(subject, "test/type", "0"))),
		`"manifests":[{`, `"x" : [ 1.50 ] , "manifests" : [ {"y":"\u003c", `, 1)
	g.Put(t, repository, fallbackTag(subject), []byte(theirs))
	if _, err := putReferrer(t, writableAt(t, host), subject, 1); err != nil {
		t.Error(err)
	}
	got, _, err := openAt(t, host).Repository(repository).Manifest(t.Context(), fallbackTag(subject))
	if before := strings.TrimSuffix(theirs, "]}"); err != nil || !strings.HasPrefix(string(got), before+",{") {
		t.Errorf("%s became %s, %v", theirs, got, err)
	}
}

// Another client writes between our read and our write, or over what we wrote.
func TestAnIndexThatOthersWriteAtTheSameTime(t *testing.T) {
	for name, c := range map[string]struct {
		shape refregistry.Shape
		when  string // the request before which another writes, as "METHOD n"
		want  int    // indexes that are put by us
	}{
		"in between, with conditions":    {refregistry.Conditional(), "PUT 1", 2},
		"first of all, with conditions":  {refregistry.Conditional(), "GET 1", 1},
		"over ours":                      {refregistry.Distribution(), "GET 2", 2},
		"over ours again, and once more": {refregistry.Distribution(), "GET 2 GET 4 GET 6", 4},
	} {
		g, host := refregistry.Start(t, c.shape)
		subject, _ := put(t, g, 1)
		theirs := refregistry.IndexOf(refregistry.Referrer(subject, "test/type", "0"))
		seen := map[string]int{}
		g.Before(func(r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, fallbackTag(subject)) {
				return
			}
			seen[r.Method]++
			if strings.Contains(c.when+" ", fmt.Sprintf("%s %d ", r.Method, seen[r.Method])) {
				g.Put(t, repository, fallbackTag(subject), theirs) // as somebody who has read no other
			}
		})
		if _, err := putReferrer(t, writableAt(t, host), subject, 1); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := listedAt(t, g, subject); len(got) != 2 {
			t.Errorf("%s: %q", name, got)
		}
		check(t, name+": indexes put", len(g.Asked("PUT", fallbackTag(subject))), c.want)
	}
}

func TestAnIndexThatIsNeverKept(t *testing.T) {
	g, host := refregistry.Start(t, refregistry.Distribution())
	subject, _ := put(t, g, 1)
	theirs := refregistry.IndexOf(refregistry.Referrer(subject, "test/type", "0"))
	g.Before(func(r *http.Request) {
		if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, fallbackTag(subject)) {
			g.Put(t, repository, fallbackTag(subject), theirs)
		}
	})
	_, err := putReferrer(t, writableAt(t, host), subject, 1)
	if !transient.Is(err) || !strings.Contains(err.Error(), "others change the index again and again") ||
		port.IsRefused(err) {
		t.Error(err)
	}
	check(t, "indexes put", len(g.Asked("PUT", fallbackTag(subject))), 8)
}

// An index that this registry will never have is for the caller to decide on: the referrer itself is there.
func TestAnIndexThatCannotBeKept(t *testing.T) {
	full := make([][]byte, artifacts.MaxReferrers)
	for i := range full {
		full[i] = refregistry.Image(fmt.Sprint(i))
	}
	for name, c := range map[string]struct {
		shape refregistry.Shape
		at    []byte // the fallback tag
		want  string
	}{
		"an image": {refregistry.Distribution(), refregistry.Image("other"), "it is no index of referrers"},
		"full":     {refregistry.Distribution(), refregistry.IndexOf(full...), "the index has no room for another"},
		"GitLab":   {refregistry.GitLab(), nil, "the registry serves the subject itself there"},
	} {
		g, host := refregistry.Start(t, c.shape)
		subject, _ := put(t, g, 0)
		if c.at != nil {
			for _, content := range full {
				g.Put(t, repository, "", content)
			}
			g.Put(t, repository, fallbackTag(subject), c.at)
		}
		_, err := putReferrer(t, writableAt(t, host), subject, 1)
		if !port.IsRefused(err) || !strings.Contains(err.Error(), c.want) ||
			!strings.Contains(err.Error(), "index of referrers, at tag "+fallbackTag(subject)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whether there is an API must be known: an index beside one would be read by nobody. The registry will forbid to ask
// on another try, too.
func TestReferrersWhoseListIsNotKnown(t *testing.T) {
	g, host := refregistry.Start(t, refregistry.Shape{API: refregistry.Denied})
	subject, _ := put(t, g, 0)
	_, err := putReferrer(t, writableAt(t, host), subject, 1)
	var status *registryclient.StatusError
	if !errors.As(err, &status) || status.Status != http.StatusForbidden || !port.IsRefused(err) {
		t.Error(err)
	}
	check(t, "requests for a tag", len(g.Asked(fallbackTag(subject))), 0)
}

// What has no subject takes no other request than before.
func TestManifestsWithoutASubject(t *testing.T) {
	g, host := refregistry.Start(t, refregistry.Distribution())
	r := writableAt(t, host)
	for _, content := range []string{string(refregistry.Image("x")), `{"subject":{"digest":"x"}}`, `{"Subject":{}}`, `x`} {
		d := digest.FromString(content)
		if err := r.PutManifest(t.Context(), d.String(), []byte(content), manifestType, d); err != nil {
			t.Errorf("%s: %v", content, err)
		}
	}
	check(t, "requests", len(g.Asked()), 4)
}
