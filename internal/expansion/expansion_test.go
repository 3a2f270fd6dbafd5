package expansion_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/expansion"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/listed"
	"ecrmirror/internal/selection"
	"ecrmirror/testkit/leaks"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// lists are what a registry lists: tags by repository.
type lists map[string][]string

var errCut = errors.New("the list was cut off")

func (l lists) Tags(_ context.Context, repository imagename.Name, _ bool) (listed.Tags, error) {
	tags, ok := l[repository.Repository]
	switch {
	case !ok:
		return listed.Tags{}, listed.ErrNoRepository
	case slices.Contains(tags, "CUT"):
		return listed.Tags{}, errCut
	}
	var all listed.Tags
	for _, tag := range tags {
		all.Tags = append(all.Tags, listed.Tag{Name: tag})
	}
	return all, nil
}

func (l lists) Repositories(_ context.Context, _ imagename.Name, path string) (listed.Repositories, error) {
	var all listed.Repositories
	for name := range l {
		if name == "CUT" {
			return listed.Repositories{}, errCut
		}
		if strings.HasPrefix(name, path+"/") {
			all.Names = append(all.Names, name)
		}
	}
	return all, nil
}

func TestWhatASelectionStandsFor(t *testing.T) {
	newest := []entry.Rule{{Rule: selection.Rule{Version: ">=1", Newest: 2}}}
	pinned := []entry.Rule{{Rule: selection.Rule{Pin: []string{"latest"}}}}
	for _, c := range []struct {
		name  string
		entry entry.Entry
		lists lists
		want  []string // SOURCE > DESTINATIONS, or the errors
	}{
		{
			"a repository",
			entry.Entry{Source: "r.io/app", Destinations: []string{"q.io/app"}, Tags: newest},
			lists{"app": {"1.0.0", "1.2.0", "1.1.0", "edge"}},
			[]string{"r.io/app:1.1.0 > q.io/app:1.1.0", "r.io/app:1.2.0 > q.io/app:1.2.0"},
		},
		{
			"a namespace",
			entry.Entry{Source: "r.io/team/**", Destinations: []string{"q.io/team/"}, Tags: newest},
			lists{"team/a": {"1.0.0"}, "team/b": {"2.0.0"}, "other/c": {"3.0.0"}},
			[]string{"r.io/team/a:1.0.0 > q.io/team/team/a:1.0.0", "r.io/team/b:2.0.0 > q.io/team/team/b:2.0.0"},
		},
		{
			"pinned tags are not listed",
			entry.Entry{Source: "r.io/app", Destinations: []string{"q.io/app"}, Tags: pinned},
			lists{},
			[]string{"r.io/app:latest > q.io/app:latest"},
		},
		{
			"a rule's own destinations",
			entry.Entry{Source: "r.io/app", Destinations: []string{"q.io/app"}, Tags: []entry.Rule{
				newest[0], {Rule: pinned[0].Rule, To: []string{"p.io/app", "q.io/app"}},
			}},
			lists{"app": {"1.0.0", "latest"}},
			[]string{"r.io/app:1.0.0 > q.io/app:1.0.0", "r.io/app:latest > p.io/app:latest q.io/app:latest"},
		},
		{
			"a list that is cut off",
			entry.Entry{Source: "r.io/app", Destinations: []string{"q.io/app"}, Tags: newest},
			lists{"app": {"1.0.0", "CUT"}},
			[]string{"tags of r.io/app: the list was cut off"},
		},
		{
			"one list of several",
			entry.Entry{Source: "r.io/team/**", Destinations: []string{"q.io/"}, Tags: newest},
			lists{"team/a": {"1.0.0", "CUT"}, "team/b": {"2.0.0"}},
			[]string{"tags of r.io/team/a: the list was cut off", "r.io/team/b:2.0.0 > q.io/team/b:2.0.0"},
		},
		{
			"a catalogue that is cut off",
			entry.Entry{Source: "r.io/team/**", Destinations: []string{"q.io/"}, Tags: newest},
			lists{"team/a": {"1.0.0"}, "CUT": nil},
			[]string{"repositories below r.io/team/**: the list was cut off"},
		},
		{
			"nothing is chosen",
			entry.Entry{Source: "r.io/app", Destinations: []string{"q.io/app"}, Tags: newest},
			lists{"app": {"0.1.0"}},
			[]string{"none of 1 tags is chosen; nearest is 0.1.0: rule 1: not in >=1"},
		},
		{
			"one destination for two",
			entry.Entry{Source: "r.io/team/**", Destinations: []string{"q.io/{name}"}, Tags: newest},
			lists{"team/x/a": {"1.0.0"}, "team/y/a": {"1.0.0"}},
			[]string{"destination q.io/a:1.0.0 would have r.io/team/x/a:1.0.0 and r.io/team/y/a:1.0.0: " +
				"tell them apart by {repository}, or exclude all but one by repos"},
		},
		{
			"a problem of its own",
			entry.Entry{Source: "r.io/app:1", Destinations: []string{"q.io/app"}, Tags: newest},
			lists{},
			[]string{`source: image name "r.io/app:1" has a tag beside tags: name the repository alone, and pin 1 there`},
		},
	} {
		x := expansion.Expander{Lists: c.lists, Now: time.Now}
		all, err := x.Expand(t.Context(), c.entry)
		var got []string
		if err != nil {
			got = append(got, err.Error())
		}
		for _, r := range all.Repositories {
			switch {
			case err != nil:
				continue
			case r.Err != nil:
				got = append(got, r.Err.Error())
			}
			for e := range r.Entries(c.entry) {
				got = append(got, fmt.Sprintf("%s > %s", e.Source, strings.Join(e.Destinations, " ")))
				if e.Selection != c.entry.Source || e.IsSelection() {
					t.Errorf("%s: %+v", c.name, e)
				}
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%q, want\n%q", c.name, got, c.want)
		}
	}
}

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
			"pinned tags", "r.io/a", rules(pins),
			lists{"a": {"1.0.0", "latest"}},
			[]string{"rule 1 pins stabel, edge, which is not there"},
		},
		{
			"a rule that only pins", "r.io/a", rules(first, selection.Rule{Pin: []string{"stabel"}}),
			lists{"a": {"1.0.0"}},
			[]string{"rule 2 pins stabel, which is not there"},
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
