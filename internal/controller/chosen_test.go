package controller

import (
	"errors"
	"reflect"
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
		r := expansion.Repository{Source: source, Choice: selection.Choice{Verdicts: verdicts}}
		r.Images, r.Refused = e.Place(source, r.Choice)
		if len(r.Refused) > 0 {
			t.Fatal(r.Refused)
		}
		kept := chosenOf(r)
		if got := kept.placed(e); got.Err != nil || !reflect.DeepEqual(got.Images, r.Images) {
			t.Errorf("%v: %v, %v; want %v", verdicts, got.Images, got.Err, r.Images)
		}
		if len(kept.tags) != len(r.Images) {
			t.Errorf("%v: %d tags are kept, want %d", verdicts, len(kept.tags), len(r.Images))
		}
	}
	why := errors.New("cut off")
	got := chosenOf(expansion.Repository{Source: source, Err: why}).placed(e)
	if !errors.Is(got.Err, why) || got.Images != nil {
		t.Errorf("%v, want the repository's own error", got)
	}
}
