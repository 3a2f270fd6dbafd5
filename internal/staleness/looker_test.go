package staleness

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/port"
)

// places are repositories by name, and one image.
type places struct {
	lists map[string]*place

	unreadable string // a repository that gives no manifests

	mu     sync.Mutex
	opened map[string]int
}

func (p *places) Artifacts(_ context.Context, repository imagename.Name) (port.Artifacts, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.opened[repository.Repository]++
	return p.lists[repository.Repository], nil
}

func (p *places) Manifests(_ context.Context, image imagename.Name) ([]digest.Digest, error) {
	if image.Tag != "" || image.Digest != "root" || image.Repository == p.unreadable {
		return nil, fmt.Errorf("asked for %s", image)
	}
	return []digest.Digest{"root", "instance"}, nil
}

func named(t *testing.T, repository, tag string) imagename.Name {
	t.Helper()
	n, err := imagename.ParseImage("r.test/" + repository + ":" + tag)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A look says which destinations lack something, and asks only those that are not known to have it.
func TestLook(t *testing.T) {
	p := &places{opened: map[string]int{}, lists: map[string]*place{
		"src":  newPlace("root<sbom instance<sig"),
		"all":  newPlace("root<sbom instance<sig root<more"),
		"some": newPlace("root<sbom"),
		"none": newPlace(""),
	}}
	q := Question{
		Source: named(t, "src", "1"), Digest: "root", Known: make([]string, 4),
		Destinations: []imagename.Name{
			named(t, "all", "1"), named(t, "some", "1"), named(t, "none", "1"), named(t, "none", "2"),
		},
	}
	looker := NewLooker(p)
	look, err := looker.Look(t.Context(), q)
	if err != nil || fmt.Sprint(look.Lacks) != "[false true true true]" || look.Found == "" {
		t.Fatalf("%+v, %v", look, err)
	}
	q.Known = []string{look.Found, "", look.Found, "other"}
	again, err := looker.Look(t.Context(), q)
	if err != nil || fmt.Sprint(again.Lacks) != "[false true false true]" || again.Found != look.Found {
		t.Errorf("%+v, %v", again, err)
	}
	for repository, n := range p.opened {
		if n != 1 {
			t.Errorf("%s was opened %d times", repository, n)
		}
	}
	if n := p.lists["all"].asked["root"]; n != 1 {
		t.Errorf("what is known to be there was asked for %d times", n)
	}
}

// Where nothing belongs to an image no destination is asked; where a list fails for now, nothing is known.
func TestLookWhereThereIsNothingOrNoAnswer(t *testing.T) {
	busy := errors.New("busy")
	for _, c := range []struct {
		name, source string
		fails        string
		err          error
	}{
		{"nothing", "", "", nil},
		{"source fails", "root<sbom", "src", busy},
		{"destination fails", "root<sbom", "to", busy},
	} {
		p := &places{opened: map[string]int{}, lists: map[string]*place{"src": newPlace(c.source), "to": newPlace("")}}
		if c.fails != "" {
			p.lists[c.fails].errs["instance"] = busy
		}
		look, err := NewLooker(p).Look(t.Context(), Question{
			Source: named(t, "src", "1"), Digest: "root", Known: make([]string, 1),
			Destinations: []imagename.Name{named(t, "to", "1")},
		})
		if !errors.Is(err, c.err) || look.Found != "" || err == nil && (look.Lacks[0] || p.opened["to"] > 0) {
			t.Errorf("%s: %+v, %v", c.name, look, err)
		}
	}
}

// Where a destination does not give its manifests, another one does; where one can't list its artifacts for good, that
// is said.
func TestLookPastADestination(t *testing.T) {
	p := &places{
		opened: map[string]int{}, lists: map[string]*place{"src": newPlace("root<sbom"), "a": newPlace(""), "b": newPlace("")},
		unreadable: "a",
	}
	p.lists["b"].errs["root"] = artifacts.ErrNoList
	q := Question{
		Source: named(t, "src", "1"), Digest: "root", Known: make([]string, 2),
		Destinations: []imagename.Name{named(t, "a", "1"), named(t, "b", "1")},
	}
	look, err := NewLooker(p).Look(t.Context(), q)
	if err != nil || fmt.Sprint(look.Lacks) != "[true true]" || look.Unlisted[0] != nil ||
		!errors.Is(look.Unlisted[1], artifacts.ErrNoList) {
		t.Errorf("%+v, %v", look, err)
	}
	q.Destinations, q.Known = q.Destinations[:1], q.Known[:1]
	if look, err := NewLooker(p).Look(t.Context(), q); err == nil {
		t.Errorf("%+v", look)
	}
}
