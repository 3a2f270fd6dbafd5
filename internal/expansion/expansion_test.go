package expansion_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
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

// counting counts what is listed.
type counting struct {
	lists
	mu    sync.Mutex
	tags  map[string]int
	times map[string]bool
}

func (c *counting) Tags(ctx context.Context, of imagename.Name, times bool) (listed.Tags, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tags == nil {
		c.tags, c.times = map[string]int{}, map[string]bool{}
	}
	c.tags[of.Repository]++
	c.times[of.Repository] = times
	return c.lists.Tags(ctx, of, times)
}

// A repository is listed once, however many entries have it, one after the other, and whether or not that fails.
func TestARepositoryIsListedOnce(t *testing.T) {
	l := &counting{lists: lists{"team/a": {"1.0.0"}, "team/b": {"1.0.0", "CUT"}}}
	x := expansion.Expander{Lists: l, Now: time.Now}
	rules := []entry.Rule{{Rule: selection.Rule{Version: ">=1"}}}
	for _, source := range []string{"r.io/team/a", "R.io:443/team/a", "r.io/team/**", "r.io/team/b"} {
		e := entry.Entry{Source: source, Destinations: []string{"q.io/"}, Tags: rules}
		found, err := x.Expand(t.Context(), e)
		if err != nil || len(found.Repositories) == 0 {
			t.Fatal(found, err)
		}
		for _, r := range found.Repositories {
			if isCut := r.Source.Repository == "team/b"; errors.Is(r.Err, errCut) != isCut || !isCut && r.Err != nil {
				t.Errorf("%s: %v", r.Source, r.Err)
			}
		}
	}
	if l.tags["team/a"] != 1 || l.tags["team/b"] != 1 {
		t.Errorf("listed %v", l.tags)
	}
}

// Ages of tags are asked for where a rule is about them, also after a list without.
func TestAnAgeNeedsTimes(t *testing.T) {
	l := &counting{lists: lists{"a": {"1.0.0"}}}
	x := expansion.Expander{Lists: l, Now: time.Now}
	e := entry.Entry{
		Source: "r.io/a", Destinations: []string{"q.io/"}, Tags: []entry.Rule{{Rule: selection.Rule{Version: ">=1"}}},
	}
	for _, age := range []time.Duration{0, time.Hour} {
		e.Tags[0].MinimumAge = age
		if _, err := x.Expand(t.Context(), e); err != nil || l.times["a"] != (age > 0) {
			t.Errorf("%s: %v, times %v", age, err, l.times)
		}
	}
}

// none allows nothing.
type none struct{}

var errRefused = errors.New("not allowed")

func (none) Source(imagename.Name) error           { return errRefused }
func (none) SourceBelow(imagename.Namespace) error { return errRefused }

// No registry is asked for what may not be read.
func TestWhatIsNotAllowedIsNotListed(t *testing.T) {
	x := expansion.Expander{Now: time.Now, Allowed: none{}} // which would panic where it asks
	for _, source := range []string{"r.io/team/a", "r.io/team/**"} {
		found, err := x.Expand(t.Context(), entry.Entry{
			Source: source, Destinations: []string{"q.io/"}, Tags: []entry.Rule{{Rule: selection.Rule{Version: ">=1"}}},
		})
		for _, r := range found.Repositories {
			err = errors.Join(err, r.Err)
		}
		if !errors.Is(err, errRefused) {
			t.Errorf("%s: %v", source, err)
		}
	}
}
