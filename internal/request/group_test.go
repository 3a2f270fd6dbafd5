package request

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func parsed(t *testing.T, source, destinations string) Request {
	t.Helper()
	r, err := Parse(source, destinations)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What goes the same way goes together, and nothing else.
func TestTogether(t *testing.T) {
	for _, c := range []struct {
		name     string
		requests []string // SOURCE > DESTINATIONS
		most     int
		longest  int
		want     []string
	}{
		{
			"tags of a repository",
			[]string{"r.io/a:1 > q.io/a:1", "r.io/a:2 > q.io/a:2"},
			50, 100,
			[]string{"r.io/a:1,2 > q.io/a:*"},
		},
		{"one", []string{"r.io/a:1 > q.io/a:1"}, 50, 100, []string{"r.io/a:1 > q.io/a:1"}},
		{
			"another tag there",
			[]string{"r.io/a:1 > q.io/a:1", "r.io/a:2 > q.io/a:x"},
			50, 100,
			[]string{"r.io/a:2 > q.io/a:x", "r.io/a:1 > q.io/a:1"},
		},
		{
			"other repositories",
			[]string{"r.io/a:1 > q.io/a:1", "r.io/b:2 > q.io/a:2", "r.io/a:3 > q.io/b:3"},
			50, 100,
			[]string{"r.io/a:1 > q.io/a:1", "r.io/b:2 > q.io/a:2", "r.io/a:3 > q.io/b:3"},
		},
		{
			"several destinations, in any order",
			[]string{"r.io/a:1 > q.io/a:1,q.io/b:1", "r.io/a:2 > q.io/b:2,q.io/a:2"},
			50, 100,
			[]string{"r.io/a:1,2 > q.io/a:*,q.io/b:*"},
		},
		{
			"one destination less",
			[]string{"r.io/a:1 > q.io/a:1,q.io/b:1", "r.io/a:2 > q.io/b:2"},
			50, 100,
			[]string{"r.io/a:1 > q.io/a:1,q.io/b:1", "r.io/a:2 > q.io/b:2"},
		},
		{
			"an image by its digest",
			[]string{"r.io/a@" + pinned + " > q.io/a@" + pinned, "r.io/a:2 > q.io/a:2"},
			50, 200,
			[]string{"r.io/a@" + pinned + ",2 > q.io/a:*"},
		},
		{
			"a tag at a digest",
			[]string{"r.io/a:1@" + pinned + " > q.io/a:1", "r.io/a:2 > q.io/a:2"},
			50, 200,
			[]string{"r.io/a:1@" + pinned + ",2 > q.io/a:*"},
		},
		{
			"latest by no name",
			[]string{"r.io/a > q.io/a", "r.io/a:2 > q.io/a:2"},
			50, 200,
			[]string{"r.io/a:latest,2 > q.io/a:*"},
		},
		{
			"on disk",
			[]string{"r.io/a:1 > oci:/a:1", "r.io/a:2 > oci:/a:2"},
			50, 100,
			[]string{"r.io/a:1 > oci:/a:1", "r.io/a:2 > oci:/a:2"},
		},
		{
			"evenly",
			[]string{"r.io/a:1 > q.io/a:1", "r.io/a:2 > q.io/a:2", "r.io/a:3 > q.io/a:3", "r.io/a:4 > q.io/a:4"},
			3, 100,
			[]string{"r.io/a:1,2 > q.io/a:*", "r.io/a:3,4 > q.io/a:*"},
		},
		{
			"as they fit",
			[]string{"r.io/a:1 > q.io/a:1", "r.io/a:2 > q.io/a:2", "r.io/a:3 > q.io/a:3"},
			50, len("r.io/a:1,2") + len("q.io/a:*"),
			[]string{"r.io/a:1,2 > q.io/a:*", "r.io/a:3 > q.io/a:3"},
		},
		{
			"none fits",
			[]string{"r.io/a:1 > q.io/a:1", "r.io/a:2 > q.io/a:2"},
			50, 1,
			[]string{"r.io/a:1 > q.io/a:1", "r.io/a:2 > q.io/a:2"},
		},
	} {
		var requests []Request
		for _, text := range c.requests {
			source, destinations, _ := strings.Cut(text, " > ")
			requests = append(requests, parsed(t, source, destinations))
		}
		var got []string
		for _, g := range Together(requests, c.most, c.longest) {
			got = append(got, g.Source()+" > "+strings.Join(g.DestinationTexts(), ","))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// However many fit in a job's parameters, a group has no more images than it may.
func TestAGroupHasAtMostSoManyImages(t *testing.T) {
	var requests []Request
	for i := range 120 {
		tag := fmt.Sprint(i)
		if i < 30 { // of which few fit
			tag = fmt.Sprintf("%02d", i) + strings.Repeat("x", 100)
		}
		requests = append(requests, parsed(t, "r.io/a:"+tag, "q.io/a:"+tag))
	}
	for _, g := range Together(requests, 50, 1100) {
		if len(g.Of) > 50 {
			t.Errorf("%d images", len(g.Of))
		}
	}
}

// An image by its tag, and one that has the same tag at a digest, would both be that tag there.
func TestTwoImagesOfATagAreNotAskedOfOneJob(t *testing.T) {
	requests := []Request{
		parsed(t, "r.io/a:1", "q.io/a:1"), parsed(t, "r.io/a:1@"+pinned, "q.io/a:1"), parsed(t, "r.io/a:2", "q.io/a:2"),
	}
	for _, g := range Together(requests, 50, 1000) {
		p := g.Parameters()
		if _, err := Parse(p["source"], p["dest"]); err != nil {
			t.Error(err)
		}
	}
}

// A job has the labels of its entry, so that images with other labels are not in it.
func TestLabelsAreNotMixed(t *testing.T) {
	var requests []Request
	for i, team := range []string{"web", "base", "web", ""} {
		r := parsed(t, fmt.Sprintf("r.io/a:%d", i), fmt.Sprintf("q.io/a:%d", i))
		if team != "" {
			r.Labels = map[string]string{"team": team}
		}
		requests = append(requests, r)
	}
	for i, group := range Together(requests, 50, 1000) {
		want := [][]int{{0, 2}, {1}, {3}}[i]
		if !slices.Equal(group.Of, want) || group.Labels["team"] != requests[want[0]].Labels["team"] {
			t.Errorf("group %d: %v with %v", i, group.Of, group.Labels)
		}
	}
}

// Whatever is put together: each request is in one group, which copies what it asks for, and no group is too large.
func TestTogetherLosesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var requests []Request
		for range r.IntN(60) {
			repository, tag := r.IntN(3), r.IntN(100)
			to := fmt.Sprintf("q.io/%d:%d", r.IntN(2), tag)
			if r.IntN(10) == 0 {
				to += ",q.io/other:x"
			}
			source := fmt.Sprintf("r.io/%d:%d", repository, tag)
			if tag == 0 {
				source, to = fmt.Sprintf("r.io/%d", repository), "q.io/0"
			}
			requests = append(requests, parsed(t, source, to))
		}
		most, longest := 1+r.IntN(20), 20+r.IntN(60)
		of := make([]int, len(requests))
		for _, g := range Together(requests, most, longest) {
			if len(g.Images) != len(g.Of) || len(g.Of) > most {
				t.Fatalf("%d images of %d requests, at most %d", len(g.Images), len(g.Of), most)
			}
			if size := len(g.Source() + strings.Join(g.DestinationTexts(), ",")); len(g.Of) > 1 && size > longest {
				t.Errorf("%d characters, at most %d", size, longest)
			}
			for n, i := range g.Of {
				of[i]++
				got, want := g.DestinationsOf(g.Images[n]), requests[i].DestinationNames()
				if g.Images[n].Source.Name != requests[i].Images[0].Source.Name || !slices.Equal(got, want) {
					t.Errorf("%v to %v, want %v", g.Images[n].Source, got, want)
				}
			}
			if again := parsed(t, g.Parameters()["source"], g.Parameters()["dest"]); spelt(again) != spelt(g.Request) {
				t.Errorf("%s is parsed as %s", spelt(g.Request), spelt(again))
			}
		}
		if slices.ContainsFunc(of, func(n int) bool { return n != 1 }) {
			t.Errorf("%v", of)
		}
	}
}
