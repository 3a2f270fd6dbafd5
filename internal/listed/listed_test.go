package listed_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/listed"
)

var (
	one, two = digest.FromString("1"), digest.FromString("2")
	then     = time.UnixMilli(1_700_000_000_000)
)

// tags returns tags by their names, which have no digests.
func tags(names ...string) []listed.Tag {
	all := []listed.Tag{}
	for _, name := range names {
		all = append(all, listed.Tag{Name: name})
	}
	return all
}

func TestTagsComeOnceAndInOrder(t *testing.T) {
	long := strings.Repeat("a", 128)
	withOne, withTwo := listed.Tag{Name: "a", Digest: one, Uploaded: then}, listed.Tag{Name: "a", Digest: two}
	note := listed.Tag{Name: "!a", Digest: one, Uploaded: then}
	a, b := listed.Tag{Name: "a"}, listed.Tag{Name: "b"}
	noTags := tags("", ".a", "-a", "a/b", "a b", "a\n", "ä", "a:b", "a+b", long+"a")
	for _, c := range []struct {
		name        string
		said        []listed.Tag // a name with ! before it is said beside the list
		want        []listed.Tag
		wantDropped int
	}{
		{"nothing", nil, tags(), 0},
		{"unsorted, and repeated", []listed.Tag{b, a, b}, []listed.Tag{a, b}, 0},
		{"with a digest once", []listed.Tag{a, withOne}, []listed.Tag{withOne}, 0},
		{"with one digest twice", []listed.Tag{withOne, withOne}, []listed.Tag{withOne}, 0},
		{"with two digests", []listed.Tag{withOne, withTwo, withOne}, []listed.Tag{a}, 0},
		{"said before the list", []listed.Tag{note, a}, []listed.Tag{withOne}, 0},
		{"said, and not listed", []listed.Tag{note, b}, []listed.Tag{b}, 0},
		{"what no tag can be", append(noTags, a), []listed.Tag{a}, len(noTags)},
		{"what tags can be", tags("_", "A.b-C_1", long), tags("A.b-C_1", "_", long), 0},
	} {
		collector := listed.NewRoom().Collect()
		for _, tag := range c.said {
			take := collector.Add
			if name, isNote := strings.CutPrefix(tag.Name, "!"); isNote {
				tag.Name, take = name, collector.Note
			}
			if err := take(t.Context(), tag); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		got := collector.Tags()
		if diff := cmp.Diff(listed.Tags{Tags: c.want, Dropped: c.wantDropped}, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		collector.Close()
	}
}

// A page that is asked for again is read again from its beginning.
func TestACollectorGoesBack(t *testing.T) {
	tags, names := listed.NewRoom().Collect(), listed.Below("team")
	for range 2 {
		tagMark, nameMark := tags.Mark(), names.Mark()
		for range 2 {
			tags.Reset(tagMark)
			names.Reset(nameMark)
			for _, name := range []string{"a", "?"} {
				if err := errors.Join(tags.Add(t.Context(), listed.Tag{Name: name}), names.Add("team/"+name)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if got := tags.Tags(); len(got.Tags) != 1 || got.Dropped != 2 {
		t.Errorf("%+v", got)
	}
	if got := names.Repositories(); len(got.Names) != 1 || got.Dropped != 2 {
		t.Errorf("%+v", got)
	}
}

func TestListsAreBounded(t *testing.T) {
	for name, tag := range map[string]func(i int) listed.Tag{
		"many":                func(int) listed.Tag { return listed.Tag{Name: "a"} },
		"many, with digests":  func(i int) listed.Tag { return listed.Tag{Name: fmt.Sprint(i), Digest: one} },
		"long":                func(int) listed.Tag { return listed.Tag{Name: strings.Repeat("a", 128), Digest: one} },
		"100,000 are no harm": nil,
	} {
		most := listed.MostTags
		if tag == nil {
			most, tag = 100_000, func(i int) listed.Tag { return listed.Tag{Name: fmt.Sprintf("%d-and-more-of-a-name", i), Digest: one} }
		}
		c := listed.NewRoom().Collect()
		var err error
		for i := 0; err == nil && i <= most; i++ {
			err = c.Add(t.Context(), tag(i))
		}
		if errors.Is(err, listed.ErrTooMany) != (most == listed.MostTags) {
			t.Errorf("%s: %v", name, err)
		}
		c.Close()
	}
	names := listed.Below("")
	var err error
	for i := 0; err == nil && i <= listed.MostRepositories; i++ {
		err = names.Add(fmt.Sprintf("r%d", i))
	}
	if !errors.Is(err, listed.ErrTooMany) {
		t.Errorf("repositories: %v", err)
	}
}

// Large lists wait for each other, small ones for nobody, and nobody for longer than the context says.
func TestRoomIsForOneLargeList(t *testing.T) {
	room := listed.NewRoom()
	large, next, small := room.Collect(), room.Collect(), room.Collect()
	fill := func(ctx context.Context, c *listed.TagCollector, n int) error {
		for i := range n {
			if err := c.Add(ctx, listed.Tag{Name: fmt.Sprint(i)}); err != nil {
				return err
			}
		}
		return nil
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := errors.Join(fill(t.Context(), large, 5001), fill(ended, small, 5000)); err != nil {
		t.Fatal(err)
	}
	if err := fill(ended, next, 5001); !errors.Is(err, context.Canceled) {
		t.Errorf("there was room: %v", err)
	}
	large.Close()
	if err := fill(t.Context(), room.Collect(), 5001); err != nil {
		t.Error(err)
	}
}

func TestRepositoriesBelowAPath(t *testing.T) {
	for _, c := range []struct {
		below       string
		listed      string
		want        string
		wantDropped int
	}{
		{"", "b a a/b a", "a a/b b", 0},
		{"team", "team team/b team/a/c teams/x other/team/y", "team/a/c team/b", 0},
		{"a/b", "a/b/c a/b a/bc/d", "a/b/c", 0},
		{"team", "team/ team//a team/A team/.a team/a- Team/a team/a__b team/a---b", "team/a---b team/a__b", 5},
	} {
		names := listed.Below(c.below)
		for name := range strings.FieldsSeq(c.listed) {
			if err := names.Add(name); err != nil {
				t.Error(err)
			}
		}
		got := names.Repositories()
		if strings.Join(got.Names, " ") != c.want || got.Dropped != c.wantDropped {
			t.Errorf("below %q of %q: %+v", c.below, c.listed, got)
		}
	}
}
