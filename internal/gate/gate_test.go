package gate

import (
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/allow"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/signature"
)

func named(t *testing.T, written string) imagename.Name {
	t.Helper()
	name, err := imagename.ParseImage(written)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func listed(t *testing.T, patterns ...string) allow.List {
	t.Helper()
	list, err := allow.Parse("list", patterns)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestWhatPassesByItsName(t *testing.T) {
	policy := func(kind string) *signature.Policy {
		p, err := signature.Load(`{"default":[{"type":"`+kind+`"}]}`, func(string) string { return "" })
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for name, c := range map[string]struct {
		gate             Gate
		source, anything bool // whether the source passes, and something of the copy
	}{
		"no lists": {Gate{}, true, true},
		"all allowed": {
			Gate{Lists: allow.Lists{Sources: listed(t, "r.io/**"), Destinations: listed(t, "q.io/**")}}, true, true,
		},
		"one destination allowed":     {Gate{Lists: allow.Lists{Destinations: listed(t, "q.io/b")}}, true, true},
		"no destination allowed":      {Gate{Lists: allow.Lists{Destinations: listed(t, "x.io/**")}}, true, false},
		"source not allowed":          {Gate{Lists: allow.Lists{Sources: listed(t, "x.io/**")}}, false, false},
		"a policy that takes all":     {Gate{Policy: policy("insecureAcceptAnything")}, true, true},
		"a policy that takes nothing": {Gate{Policy: policy("reject")}, false, false},
	} {
		source, destinations := named(t, "r.io/a:1"), []imagename.Name{named(t, "q.io/a:1"), named(t, "q.io/b:1")}
		if err := c.gate.Source(t.Context(), source); (err == nil) != c.source {
			t.Errorf("%s: the source: %v", name, err)
		}
		if got := c.gate.Anything(t.Context(), source, destinations); got != c.anything {
			t.Errorf("%s: something passes: %v", name, got)
		}
	}
}

// An image passes without being asked for signatures where no policy wants some: there is nothing to read them by.
func TestAnImageWithoutAPolicyForItPasses(t *testing.T) {
	anything, err := signature.Load(`{"default":[{"type":"insecureAcceptAnything"}]}`,
		func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range []*Gate{{}, {Policy: anything}} {
		if err := g.Image(t.Context(), named(t, "r.io/a:1"), []digest.Digest{digest.FromString("root")}); err != nil {
			t.Error(err)
		}
	}
}
