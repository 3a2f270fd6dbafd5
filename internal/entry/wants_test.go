package entry_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ecrmirror/internal/entry"
)

// Options that ask for the same want the same, however often they are looked at. Others don't, and say so.
func TestWants(t *testing.T) {
	const app, key = `[{"github":["org/app"]}]`, `[{"issuer":"https://a.io","identity":["x"]},{"github":["o/b"]}]`
	for want, o := range map[string]entry.ImageOptions{
		"of all platforms":                                         {},
		"of linux/amd64":                                           {Platforms: "linux/amd64"},
		"of all platforms with artifacts none":                     {Artifacts: "none"},
		"of all platforms with artifactsFrom r/s":                  {ArtifactsFrom: "r/s"},
		"of all platforms with artifactsRequired":                  {ArtifactsRequired: true},
		"of all platforms with verify GitHub workflows of org/app": {Verify: app},
		"of linux/amd64 with artifacts .sig, verify identity x of https://a.io and GitHub workflows of o/b, " +
			"artifactsRequired": {Platforms: "linux/amd64", Artifacts: ".sig", Verify: key, ArtifactsRequired: true},
	} {
		every := o
		every.ArtifactsEvery = time.Hour
		w := o.Wants()
		if w.String() != want || w != every.Wants() || w.Options() != o || w.Compare(every.Wants()) != 0 {
			t.Errorf("%+v wants %s, and %+v", o, w, w.Options())
		}
	}
	long := entry.ImageOptions{Platforms: strings.Repeat("x", 1000)}.Wants()
	if n := len(long.String()); n > 300 {
		t.Errorf("%d bytes", n)
	}
}

func TestWantsHaveAnOrder(t *testing.T) {
	var all []entry.Wants
	for _, o := range []entry.ImageOptions{
		{},
		{ArtifactsRequired: true},
		{Verify: "a"},
		{ArtifactsFrom: "a"},
		{Artifacts: "a"},
		{Artifacts: "a", ArtifactsRequired: true},
		{Platforms: "a"},
		{Platforms: "b"},
	} {
		all = append(all, o.Wants())
	}
	if !slices.IsSortedFunc(all, entry.Wants.Compare) {
		t.Errorf("%v", all)
	}
	for i, a := range all {
		for j, b := range all {
			if got := a.Compare(b); (got == 0) != (i == j) || (got < 0) != (i < j) || (a == b) != (i == j) {
				t.Errorf("%s and %s: %d", a, b, got)
			}
		}
	}
}
