package explainview_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/expansion"
	"ecrmirror/internal/explainview"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/listed"
	"ecrmirror/internal/output"
	"ecrmirror/internal/selection"
)

// lists are tags by repository; a repository without any is not told.
type lists map[string][]string

func (l lists) Tags(_ context.Context, repository imagename.Name, _ bool) (all listed.Tags, err error) {
	for _, tag := range l[repository.Repository] {
		all.Tags = append(all.Tags, listed.Tag{Name: tag})
	}
	if len(all.Tags) == 0 {
		err = errors.New("403 Forbidden")
	}
	return all, err
}

func (l lists) Repositories(context.Context, imagename.Name, string) (all listed.Repositories, err error) {
	for name := range l {
		all.Names = append(all.Names, name)
	}
	return all, nil
}

// explained returns what a namespace stands for: a repository of which little is chosen, one with one tag, one that is
// not told and two that are excluded.
func explained(t *testing.T) explainview.Selection {
	t.Helper()
	x := expansion.Expander{Now: time.Now, Lists: lists{
		"team/app":   {"1.0.0", "1.1.0", "1.2.0", "1.2.0-alpine", "edge", "latest"},
		"team/one":   {"1.0.0"},
		"team/shut":  nil,
		"team/tmp-a": {"1.0.0"},
		"team/tmp-b": {"1.0.0"},
	}}
	found, err := x.Expand(t.Context(), entry.Entry{
		Source: "r.io/team/**", Destinations: []string{"q.io/"},
		Repos: selection.Repositories{Exclude: []string{"**/tmp-*"}},
		Tags: []entry.Rule{
			{Rule: selection.Rule{Version: "1", Newest: 1}},
			{Rule: selection.Rule{Version: "2"}},
			{Rule: selection.Rule{Pin: []string{"stabel"}}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return explainview.Selection{Expansion: found, Results: map[string]entry.Result{
		"r.io/team/app:1.2.0": {
			Source: "r.io/team/app:1.2.0", Digest: digest.Digest("sha256:" + strings.Repeat("0123456789abcdef", 4)),
			Destinations: []entry.DestinationResult{{Name: "q.io/team/app:1.2.0", State: entry.Stale}},
		},
		"r.io/team/one:1.0.0": {Source: "r.io/team/one:1.0.0", Err: errors.New("gone")},
	}}
}

func TestText(t *testing.T) {
	for all, want := range map[bool]string{
		false: `5 repositories, 3 chosen
not chosen: team/tmp-b and 1 more, excluded by "**/tmp-*"
r.io/team/app: 6 tags, 1 chosen
TAG    DIGEST               STATE  DESTINATION          WHY
1.2.0  sha256:0123456789ab  stale  q.io/team/app:1.2.0  chosen by rule 1
not chosen: latest and 1 more, rule 1: not a version
not chosen: 1.2.0-alpine, rule 1: variant alpine
not chosen: 1.1.0 and 1 more, rule 1: older than the newest 1
failing: pinned tag stabel does not exist
r.io/team/one: 1 tag, 1 chosen
TAG    DIGEST  STATE    DESTINATION  WHY
1.0.0  -       failing  -            chosen by rule 1  gone
failing: pinned tag stabel does not exist
r.io/team/shut: nothing is mirrored: tags of r.io/team/shut: 403 Forbidden
without effect: rule 2 chooses no tag
`,
		true: `5 repositories, 3 chosen
NOT CHOSEN  WHY
team/tmp-a  excluded by "**/tmp-*"
team/tmp-b  excluded by "**/tmp-*"
r.io/team/app: 6 tags, 1 chosen
TAG    DIGEST               STATE  DESTINATION          WHY
1.2.0  sha256:0123456789ab  stale  q.io/team/app:1.2.0  chosen by rule 1
NOT CHOSEN    WHY
1.0.0         rule 1: older than the newest 1
1.1.0         rule 1: older than the newest 1
1.2.0-alpine  rule 1: variant alpine
edge          rule 1: not a version
latest        rule 1: not a version
failing: pinned tag stabel does not exist
r.io/team/one: 1 tag, 1 chosen
TAG    DIGEST  STATE    DESTINATION  WHY
1.0.0  -       failing  -            chosen by rule 1  gone
failing: pinned tag stabel does not exist
r.io/team/shut: nothing is mirrored: tags of r.io/team/shut: 403 Forbidden
without effect: rule 2 chooses no tag
`,
	} {
		var b bytes.Buffer
		if err := explainview.WriteText(&b, output.Palette{}, explained(t), all); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, b.String()); diff != "" {
			t.Errorf("all %t (-want +got)\n%s", all, diff)
		}
	}
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	var got []explainview.Repository
	if err := errors.Join(explainview.WriteJSON(&b, explained(t)), json.Unmarshal(b.Bytes(), &got)); err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || len(got[0].Tags) != 6 {
		t.Fatalf("%+v", got)
	}
	app, shut := got[0], got[2]
	if diff := cmp.Diff([]int{2, 3}, app.IdleRules); diff != "" {
		t.Errorf("rules without effect (-want +got)\n%s", diff)
	}
	if tag := app.Tags[2]; !tag.Chosen || tag.Destinations[0].State != "stale" || tag.Reason != "chosen by rule 1" {
		t.Errorf("%+v", tag)
	}
	if !strings.Contains(shut.Error, "403 Forbidden") || len(shut.Tags) != 0 || len(shut.IdleRules) != 0 {
		t.Errorf("%+v", shut)
	}
}
