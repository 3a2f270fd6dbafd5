package controller_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/expansion"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/listed"
	"ecrmirror/internal/selection"
)

// dated lists one tag, with a digest that it has had for a day.
type dated struct {
	*registries
	digest digest.Digest
}

func (d dated) Tags(context.Context, imagename.Name, bool) (listed.Tags, error) {
	return listed.Tags{Tags: []listed.Tag{
		{Name: "1.0.0", Digest: d.digest, Uploaded: time.Now().Add(-24 * time.Hour)},
	}}, nil
}

// What was chosen for its age is what the list says, and no younger image that the tag may get before the job runs.
func TestWhatWasChosenForItsAgeIsCopiedByItsDigest(t *testing.T) {
	aged := selection.Rule{Version: ">=1", MinimumAge: time.Hour}
	for _, c := range []struct {
		name      string
		rules     []selection.Rule
		listed    digest.Digest
		submitted []string
		deferred  int
	}{
		{"aged", []selection.Rule{aged}, one, []string{"r.io/app:1.0.0@" + one.String() + " -> q.io/app:1.0.0"}, 0},
		{"moved since", []selection.Rule{aged}, two, nil, 1},
		{"the list tells no digest", []selection.Rule{aged}, "", []string{"r.io/app:1.0.0 -> q.io/app:1.0.0"}, 0},
		{
			"of any age by another rule",
			[]selection.Rule{aged, {Pin: []string{"1.0.0"}}},
			two,
			[]string{"r.io/app:1.0.0 -> q.io/app:1.0.0"},
			0,
		},
	} {
		w := &world{images: images{"r.io/app:1.0.0": one}}
		e := entry.Entry{Source: "r.io/app", Destinations: []string{"q.io/app"}}
		for _, rule := range c.rules {
			e.Tags = append(e.Tags, entry.Rule{Rule: rule})
		}
		ctl := selecting(w, nil, e)
		ctl.Selections = func() controller.Selections {
			return &expansion.Expander{Lists: dated{digest: c.listed}, Now: time.Now}
		}
		report, err := ctl.Sweep(t.Context())
		if err != nil || report.Deferred != c.deferred || report.Failed != 0 {
			t.Errorf("%s: %v, %v", c.name, report, err)
		}
		if diff := cmp.Diff(c.submitted, w.submitted); diff != "" {
			t.Errorf("%s: submitted (-want +got)\n%s", c.name, diff)
		}
	}
}
