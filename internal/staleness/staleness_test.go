package staleness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
)

// A place lists what belongs to what, in short names for digests, and counts how often it is asked.
type place struct {
	lists map[digest.Digest][]artifacts.Artifact
	errs  map[digest.Digest]error

	mu    sync.Mutex
	asked map[digest.Digest]int
}

func (p *place) Of(_ context.Context, subject digest.Digest) ([]artifacts.Artifact, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked[subject]++
	return p.lists[subject], p.errs[subject]
}

// newPlace reads "SUBJECT<ARTIFACT ..." into a place: an artifact with a ! is a signature.
func newPlace(text string) *place {
	p := &place{
		lists: map[digest.Digest][]artifacts.Artifact{}, errs: map[digest.Digest]error{},
		asked: map[digest.Digest]int{},
	}
	for _, word := range strings.Fields(text) {
		subject, name, _ := strings.Cut(word, "<")
		a := artifacts.Artifact{Digest: digest.Digest(strings.Trim(name, "!?")), Type: "a/sbom"}
		switch {
		case strings.HasSuffix(name, "!"):
			a.Type = "application/vnd.cncf.notary.signature"
		case strings.HasSuffix(name, "?"):
			a.Type = ""
		}
		p.lists[digest.Digest(subject)] = append(p.lists[digest.Digest(subject)], a)
	}
	return p
}

func texts(links []artifacts.Link) string {
	var all []string
	for _, l := range links {
		all = append(all, fmt.Sprintf("%s<%s", l.Subject, l.Digest))
	}
	return strings.Join(all, " ")
}

func TestGather(t *testing.T) {
	for _, c := range []struct {
		name   string
		lists  string
		filter string
		want   string
	}{
		{"nothing", "", "all", ""},
		{"of the root and an instance", "root<sbom instance<sig! other<x", "all", "root<sbom instance<sig"},
		{"of an artifact", "root<sbom sbom<sig!", "all", "root<sbom sbom<sig"},
		{"deeper than it is followed", "root<a a<b b<c c<d", "all", "root<a a<b b<c"},
		{"in a circle", "root<a a<root", "all", "root<a a<root"},
		{"signatures", "root<sbom root<sig! sbom<its!", "signatures", "root<sig"},
		{"none", "root<sbom", "none", ""},
		{"of a type that no list tells", "root<x? root<sig!", "signatures", "root<sig"},
	} {
		t.Run(c.name, func(t *testing.T) {
			filter, err := artifacts.Parse(c.filter)
			if err != nil {
				t.Fatal(err)
			}
			p := newPlace(c.lists)
			got, err := Gather(t.Context(), p, []digest.Digest{"root", "instance", "root"}, filter)
			if err != nil || texts(got.Links) != c.want {
				t.Errorf("%s, %v; want %s", texts(got.Links), err, c.want)
			}
			for subject, n := range p.asked {
				if n > 1 {
					t.Errorf("%s was asked about %d times", subject, n)
				}
			}
		})
	}
}

// What can't be listed for good is left out; what can't be for now leaves nothing known.
func TestGatherWhereAListFails(t *testing.T) {
	busy := errors.New("busy")
	for _, c := range []struct{ err, want error }{
		{artifacts.ErrNoList, nil},
		{fmt.Errorf("%w: more than 1000", artifacts.ErrMany), nil},
		{busy, busy},
	} {
		p := newPlace("root<a instance<b")
		p.errs["instance"] = c.err
		got, err := Gather(t.Context(), p, []digest.Digest{"root", "instance"}, artifacts.Filter{})
		if c.want == nil && !errors.Is(got.Unlisted, c.err) {
			t.Errorf("%v: unlisted %v", c.err, got.Unlisted)
		}
		if !errors.Is(err, c.want) || err == nil && texts(got.Links) == "" {
			t.Errorf("%v: %s, %v", c.err, texts(got.Links), err)
		}
	}
}

// However much belongs to an image, a bound is kept.
func TestGatherIsBounded(t *testing.T) {
	p := newPlace("")
	for n := range 3 * artifacts.Most {
		p.lists["root"] = append(p.lists["root"], artifacts.Artifact{Digest: digest.Digest(fmt.Sprint(n)), Type: "a/b"})
	}
	got, err := Gather(t.Context(), p, []digest.Digest{"root"}, artifacts.Filter{})
	if err != nil || len(got.Links) != artifacts.Most {
		t.Errorf("%d, %v", len(got.Links), err)
	}
}

// A destination that has more lacks nothing.
func TestMissing(t *testing.T) {
	link := func(subject, d digest.Digest, tag string) artifacts.Link {
		return artifacts.Link{Subject: subject, Digest: d, Tag: tag}
	}
	a, b := link("root", "a", ""), link("root", "b", "")
	grown := link("root", "new", "x.sig")
	source := []artifacts.Link{a, b, grown}
	for _, c := range []struct{ has, want []artifacts.Link }{
		{nil, source},
		{[]artifacts.Link{b, a, grown, link("root", "made there", "")}, nil},
		{[]artifacts.Link{a, link("other", "b", ""), link("root", "old", "x.sig")}, []artifacts.Link{b, grown}},
	} {
		if got := Missing(source, c.has); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v", c.has, got)
		}
	}
}
