package selection_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"ecrmirror/internal/selection"
)

// tagsNamed returns tags of which nothing is known.
func tagsNamed(names ...string) []selection.Tag {
	tags := make([]selection.Tag, len(names))
	for i, name := range names {
		tags[i].Name = name
	}
	return tags
}

func TestNothingIsAnErrorThatSaysWhatIsNearest(t *testing.T) {
	rules := []selection.Rule{{Version: "^3"}, {Pin: []string{"stable"}}}
	choice, err := selection.Choose(rules, tagsNamed("1.0.0", "2.0.0", "latest"), now, 0)
	var nothing *selection.NothingError
	if !errors.As(err, &nothing) || err.Error() != "none of 3 tags is chosen; nearest is 2.0.0: rule 1: not in ^3" {
		t.Errorf("%v", err)
	}
	if len(choice.Verdicts) != 3 || !slices.Equal(choice.Missing, []string{"stable"}) ||
		!slices.Equal(choice.Idle, []int{0, 1}) {
		t.Errorf("%+v", choice)
	}
	if _, err := selection.Choose(rules, nil, now, 0); !errors.As(err, &nothing) ||
		err.Error() != "there are no tags to choose from" {
		t.Errorf("an empty list: %v", err)
	}
}

func TestTooManyIsAnError(t *testing.T) {
	var names []string
	for i := range selection.DefaultTags + 1 {
		names = append(names, fmt.Sprintf("1.0.%d", i))
	}
	rules := []selection.Rule{{Version: "1", Newest: selection.All}}
	var many *selection.TooManyError
	choice, err := selection.Choose(rules, tagsNamed(names...), now, 0)
	if !errors.As(err, &many) || many.Chosen != 501 || many.Most != 500 || len(choice.Chosen()) != 501 {
		t.Errorf("%v", err)
	}
	const want = "501 tags are chosen, 500 at most: choose fewer (a narrower range, a smaller newest), or split " +
		"the entry"
	if err.Error() != want {
		t.Errorf("%v", err)
	}
	if _, err := selection.Choose(rules, tagsNamed(names...), now, 501); err != nil {
		t.Errorf("a raised limit: %v", err)
	}
}

func TestRulesThatAreNotSoundAreNotApplied(t *testing.T) {
	_, err := selection.Choose([]selection.Rule{{Version: "1"}, {Version: "x y"}}, tagsNamed("1.0.0"), now, 0)
	if err == nil || !strings.HasPrefix(err.Error(), `rule 2: version: range "x y" is not a range of versions`) {
		t.Error(err)
	}
}

// TestAge has when a tag was pushed and first seen, in hours before now; a rule asks for 24.
func TestAge(t *testing.T) {
	for _, c := range []struct {
		pushed, seen float64 // 0 = not known
		want         string
	}{
		{0, 0, "held: its age is not known"},
		{30, 0, "chosen"},
		{0, 30, "chosen"},
		{10, 0, "held: 10h old, not 24h"},
		{0, 10, "held: 10h old, not 24h"},
		{30, 10, "chosen"}, // it was there before it was seen
		{10, 30, "chosen"}, // it was pushed again with the digest that it had
		{24, 0, "chosen"},
		{23.99, 0, "held: 23h59m old, not 24h"},
		{-5, 0, "held: 0s old, not 24h"}, // a clock that goes ahead
	} {
		tag := selection.Tag{Name: "1.0.0"}
		for hours, at := range map[float64]*time.Time{c.pushed: &tag.Pushed, c.seen: &tag.Seen} {
			if hours != 0 {
				*at = now.Add(-time.Duration(hours * float64(time.Hour)))
			}
		}
		choice, err := selection.Choose(
			[]selection.Rule{{Version: "1", MinimumAge: 24 * time.Hour}},
			[]selection.Tag{tag},
			now,
			0,
		)
		v := choice.Verdicts[0]
		if err != nil || v.Reason.String() != c.want || v.IsHeld() == v.IsChosen() {
			t.Errorf("pushed %v, seen %v: %s, %v", c.pushed, c.seen, v.Reason, err)
		}
	}
}

func TestRepositories(t *testing.T) {
	names := []string{"base/app", "base/tmp-1", "base/a/tmp-2", "base/a/b", "other/x", "base/app"}
	for _, c := range []struct {
		of   selection.Repositories
		want string
	}{
		{selection.Repositories{}, "base/a/b base/a/tmp-2 base/app base/tmp-1 other/x"},
		{selection.Repositories{Exclude: []string{"**/tmp-*"}}, "base/a/b base/app other/x"},
		{selection.Repositories{Include: []string{"base/*"}}, "base/app base/tmp-1"},
		{
			selection.Repositories{Include: []string{"base/**", "/other.*/"}, Exclude: []string{
				"base/a/**",
			}}, "base/app base/tmp-1 other/x",
		},
	} {
		choice, err := c.of.Choose(names, 0)
		if got := strings.Join(choice.Chosen(), " "); got != c.want || err != nil {
			t.Errorf("%v: %s, %v", c.of, got, err)
		}
	}
	for name, c := range map[string]struct {
		of   selection.Repositories
		most int
		want string
	}{
		"none": {
			selection.Repositories{Include: []string{
				"team/**",
			}}, 0, "none of 5 repositories is chosen; nearest is other/x: not included",
		},
		"many": {selection.Repositories{}, 4, "5 repositories are chosen, 4 at most: choose fewer (a longer path, "},
		"wrong": {
			selection.Repositories{Include: []string{
				"a**",
			}}, 0, `repositories: include: pattern "a**" has ** beside other`,
		},
	} {
		if _, err := c.of.Choose(names, c.most); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEqualComparesEachMember sets one after the other.
func TestEqualComparesEachMember(t *testing.T) {
	base := selection.Rule{}
	for i := range reflect.TypeFor[selection.Rule]().NumField() {
		var other selection.Rule
		switch f := reflect.ValueOf(&other).Elem().Field(i); f.Kind() {
		case reflect.Slice:
			f.Set(reflect.ValueOf([]string{"x"}))
		case reflect.String:
			f.SetString("x")
		case reflect.Bool:
			f.SetBool(true)
		default:
			f.SetInt(1)
		}
		if base.Equal(other) || other.Equal(base) || !other.Equal(other) {
			t.Errorf("%s is not compared", reflect.TypeFor[selection.Rule]().Field(i).Name)
		}
	}
}

// FuzzChoose holds that a choice is one of the tags that are listed, that neither their order nor a repetition matters,
// and that no rule chooses more of a variant than it says.
func FuzzChoose(f *testing.F) {
	f.Add("1.0.0 1.1.0 1.1.0-alpine latest 20241126", "", "", ">=1", 3, "", 1, uint8(0), uint64(1))
	f.Add("main-0a1b2c3 main-1b2c3d4 build-9 build-10", "/[a-z]+-.*/", "*-9", "", 0, "", 2, uint8(1), uint64(2))
	f.Add("17.0.6_10-jdk 17.0.6_9-jdk 17rc1", "", "", "17", 3, "jdk*", -1, uint8(0), uint64(3))
	f.Add("a b c sha256-0123456789abcdef0123456789abcdef", "*", "b", "", 0, "", 2, uint8(2), uint64(4))
	f.Fuzz(
		func(
			t *testing.T, list, include, exclude, version string, parts int, variant string, newest int, by uint8,
			seed uint64,
		) {
			r := selection.Rule{
				Version: version,
				Parts:   parts,
				Newest:  newest,
				By:      []selection.By{"", "name", "time"}[by%3],
				Pre:     seed%2 == 0,
			}
			for text, into := range map[string]*[]string{
				include: &r.Include, exclude: &r.Exclude, variant: &r.Variant,
			} {
				if text != "" {
					*into = []string{text}
				}
			}
			rules := []selection.Rule{r}
			if len(r.Faults()) > 0 {
				return
			}
			tags := tagsNamed(strings.Fields(list)...)
			random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // of a test
			for i := range tags {
				tags[i].Pushed = now.Add(-time.Duration(random.IntN(3)) * time.Hour)
			}
			first, err := selection.Choose(rules, tags, now, 0)
			for _, tag := range first.Chosen() {
				if !slices.ContainsFunc(tags, func(t selection.Tag) bool { return t.Name == tag }) {
					t.Errorf("%q is not listed", tag)
				}
			}
			again := append(slices.Clone(tags), tags...)
			random.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
			second, err2 := selection.Choose(rules, again, now, 0)
			if diff := gocmp.Diff(first, second); diff != "" || fmt.Sprint(err) != fmt.Sprint(err2) {
				t.Errorf("in another order: %v, %v\n%s", err, err2, diff)
			}
			if by%3 != 0 && version == "" && newest > 0 && len(first.Chosen()) > newest {
				t.Errorf("%q, of at most %d", first.Chosen(), newest)
			}
		},
	)
}
