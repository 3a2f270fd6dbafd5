package controller

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/expansion"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/selection"
)

// What is kept of a choice gives the same images as the choice.
func TestWhatIsKeptOfAChoiceIsAllThatFollowsFromIt(t *testing.T) {
	source := imagename.Name{Kind: imagename.Registry, Host: "r.io", Repository: "a/app"}
	e := entry.Entry{Source: "r.io/a/app", Destinations: []string{"q.io/all/"}, Tags: make([]entry.Rule, 3)}
	e.Tags[1].To = []string{"q.io/some"}
	verdict := func(tag string, rules ...int) selection.Verdict { return selection.Verdict{Tag: tag, Rules: rules} }
	for _, verdicts := range [][]selection.Verdict{
		nil,
		{verdict("1"), verdict("2")},
		{verdict("1", 0)},
		{verdict("1", 0), verdict("2", 0), verdict("3"), verdict("4", 1), verdict("5", 0, 1, 2), verdict("6", 0)},
	} {
		missing := []string{"7"}
		r := expansion.Repository{
			Source: source, Err: errors.New("cut off"), Choice: selection.Choice{Verdicts: verdicts, Missing: missing},
		}
		r.Images, _ = e.Place(source, r.Choice)
		kept := chosenOf(r)
		if got := kept.placed(e); !reflect.DeepEqual(got, r.Images) {
			t.Errorf("%v: %v, want %v", verdicts, got, r.Images)
		}
		if len(kept.tags) != len(r.Images) || kept.Choice.Verdicts != nil || kept.Images != nil {
			t.Errorf("%v: %d tags, %v and %v are kept, want %d tags", verdicts, len(kept.tags), kept.Choice.Verdicts,
				kept.Images, len(r.Images))
		}
		if !errors.Is(kept.Err, r.Err) || !slices.Equal(kept.Choice.Missing, missing) {
			t.Errorf("%v: %v, missing %v", verdicts, kept.Err, kept.Choice.Missing)
		}
	}
}
