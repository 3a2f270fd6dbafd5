package expansion_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/expansion"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/listed"
	"ecrmirror/internal/selection"
)

// dated lists tags that were pushed at some time, which it tells where it is asked for times.
type dated map[string]time.Time

func (d dated) Tags(_ context.Context, _ imagename.Name, times bool) (all listed.Tags, err error) {
	for name, pushed := range d {
		tag := listed.Tag{Name: name}
		if times {
			tag.Uploaded = pushed
		}
		all.Tags = append(all.Tags, tag)
	}
	return all, nil
}

func (d dated) Repositories(context.Context, imagename.Name, string) (listed.Repositories, error) {
	return listed.Repositories{}, nil
}

func TestRulesOfTimesAreToldTimes(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	lists := dated{"1.0.0": now.Add(-3 * time.Hour), "1.1.0": now.Add(-time.Hour), "1.2.0": now.Add(-2 * time.Hour)}
	for _, c := range []struct {
		name string
		rule selection.Rule
		want []string
	}{
		{"minimumAge", selection.Rule{Version: "*", MinimumAge: 2 * time.Hour}, []string{"1.0.0", "1.2.0"}},
		{"by", selection.Rule{Include: []string{"*"}, By: selection.ByTime, Newest: 1}, []string{"1.1.0"}},
	} {
		x := expansion.Expander{Lists: lists, Now: func() time.Time { return now }}
		all, err := x.Expand(t.Context(), entry.Entry{
			Source: "r.io/app", Destinations: []string{"q.io/app"}, Tags: []entry.Rule{{Rule: c.rule}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := all.Repositories[0].Choice.Chosen(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q are chosen, want %q", c.name, got, c.want)
		}
	}
}

func TestRulesWithoutEffectAreTold(t *testing.T) {
	rules := func(all ...selection.Rule) (list []entry.Rule) {
		for _, rule := range all {
			list = append(list, entry.Rule{Rule: rule})
		}
		return list
	}
	first, third := selection.Rule{Version: ">=1"}, selection.Rule{Version: "^3"}
	aged := selection.Rule{Version: ">=1", Pre: true, MinimumAge: time.Hour}
	pins := selection.Rule{Version: ">=1", Pin: []string{"latest", "stabel", "edge"}}
	for _, c := range []struct {
		name   string
		source string
		rules  []entry.Rule
		lists  lists
		want   []string
	}{
		{"none", "r.io/a", rules(first), lists{"a": {"1.0.0"}}, nil},
		{"a rule", "r.io/a", rules(first, third), lists{"a": {"1.0.0"}}, []string{"rule 2 chooses no tag"}},
		{
			"pinned tags, which are a failure", "r.io/a", rules(pins),
			lists{"a": {"1.0.0", "latest"}},
			nil,
		},
		{
			"a rule that only pins", "r.io/a", rules(first, selection.Rule{Pin: []string{"stabel"}}),
			lists{"a": {"1.0.0"}},
			nil,
		},
		{
			"in one repository of several", "r.io/a/**", rules(first, third, pins),
			lists{"a/b": {"1.0.0", "edge", "stabel"}, "a/c": {"3.0.0", "latest"}},
			nil,
		},
		{
			"in all of several", "r.io/a/**", rules(first, third),
			lists{"a/b": {"1.0.0"}, "a/c": {"2.0.0"}},
			[]string{"rule 2 chooses no tag"},
		},
		{
			"a minimum age where no age is known", "r.io/a", rules(first, aged),
			lists{"a": {"1.0.0", "2.0.0-rc1"}},
			[]string{"rule 2 holds all tags: the registry does not say when they were pushed"},
		},
		{"where nothing is known", "r.io/a", rules(first, third), lists{"a": {"1.0.0", "CUT"}}, nil},
		{"where nothing is chosen", "r.io/a", rules(first, third), lists{"a": {"0.1.0"}}, nil},
	} {
		x := expansion.Expander{Lists: c.lists, Now: time.Now}
		all, err := x.Expand(t.Context(), entry.Entry{Source: c.source, Destinations: []string{"q.io/"}, Tags: c.rules})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if !slices.Equal(all.Idle, c.want) {
			t.Errorf("%s: %q, want %q", c.name, all.Idle, c.want)
		}
	}
}
