package entry_test

import (
	"fmt"
	"strings"
	"testing"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/selection"
)

func TestTemplate(t *testing.T) {
	for _, c := range []struct{ template, source, want string }{
		{"r.io/a", "docker.io/library/nginx", "r.io/a"},
		{ecr + "/docker-hub/", "docker.io/library/nginx", ecr + "/docker-hub/library/nginx"},
		{ecr + "/", "quay.io/minio/minio", ecr + "/minio/minio"},
		{"r.io/{repository}", "nginx", "r.io/library/nginx"},
		{"r.io/x-{name}/{name}", "quay.io/a/b/c", "r.io/x-c/c"},
		{"docker://r.io/x/", "nginx", "r.io/x/library/nginx"},
		{"public.ecr.aws/team/{name}", "quay.io/a/bb", "public.ecr.aws/team/bb"},
		{ecr + "/some-prefix/", "quay.io/" + strings.Repeat("a", 245), ""},
		{ecr + "/{name}", "quay.io/x/a", ""}, // ECR's names have two characters
	} {
		source, err := imagename.Parse(c.source)
		if err != nil {
			t.Fatal(err)
		}
		template, err := entry.ParseTemplate(c.template)
		if err != nil {
			t.Errorf("%s: %v", c.template, err)
			continue
		}
		name, err := template.Repository(source)
		if c.want == "" {
			if err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf("destination %q of repository ", c.template)) {
				t.Errorf("%s of %s: %v, %v", c.template, c.source, name, err)
			}
			continue
		}
		if err != nil || name.String() != c.want {
			t.Errorf("%s of %s: %v, %v", c.template, c.source, name, err)
		}
	}
}

// TestPlace has two teams, which want different tags, and one that both want.
func TestPlace(t *testing.T) {
	e := entry.Entry{
		Source:       "quay.io/a/**",
		Destinations: []string{"r.io/all/", "docker://r.io/all/"},
		Tags: []entry.Rule{
			{Rule: selection.Rule{Version: "1"}},
			{Rule: selection.Rule{Version: ">=1.1"}, To: []string{"r.io/team/{name}"}},
		},
	}
	source := imagename.Name{Kind: imagename.Registry, Host: "quay.io", Repository: "a/b"}
	choice := selection.Choice{Verdicts: []selection.Verdict{
		{
			Tag:   "1.0.0",
			Rules: []int{0},
		}, {Tag: "1.1.0", Rules: []int{0, 1}}, {Tag: "2.0.0", Rules: []int{1}}, {Tag: "x"},
	}}
	placements, refused := e.Place(source, choice)
	if len(refused) > 0 {
		t.Fatal(refused)
	}
	var got []string
	for _, p := range placements {
		got = append(got, fmt.Sprintf("%s %s %d", p.Source, p.Destinations, p.Rules))
	}
	want := []string{
		"quay.io/a/b:1.0.0 [r.io/all/a/b:1.0.0] [0]",
		"quay.io/a/b:1.1.0 [r.io/all/a/b:1.1.0 r.io/team/b:1.1.0] [0 1]",
		"quay.io/a/b:2.0.0 [r.io/team/b:2.0.0] [1]",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q", got)
	}
	if c := entry.Collisions(placements); len(c) > 0 {
		t.Errorf("%v", c)
	}
	other := source
	other.Repository = "a/x/b"
	more, _ := e.Place(other, choice)
	collisions := entry.Collisions(append(more, placements...))
	if len(collisions) != 2 ||
		collisions[0].Error() != "destination r.io/team/b:1.1.0 would have quay.io/a/b:1.1.0 and "+
			"quay.io/a/x/b:1.1.0: tell them apart by {repository}, or exclude all but one by repos" {
		t.Errorf("%v", collisions)
	}
}

// TestPlaceRefusesADestination has one that ECR's rules do not let have the repository. The other one has it, and an
// image that only the former would have is no image of the selection.
func TestPlaceRefusesADestination(t *testing.T) {
	e := entry.Entry{
		Source: "quay.io/a/**",
		Tags: []entry.Rule{
			{Rule: selection.Rule{Version: "1"}, To: []string{ecr + "/{name}", "r.io/all/"}},
			{Rule: selection.Rule{Version: "2"}, To: []string{ecr + "/{name}"}},
		},
	}
	source := imagename.Name{Kind: imagename.Registry, Host: "quay.io", Repository: "a/b"}
	placements, refused := e.Place(source, selection.Choice{Verdicts: []selection.Verdict{
		{Tag: "1.0.0", Rules: []int{0}}, {Tag: "2.0.0", Rules: []int{1}},
	}})
	if len(placements) != 1 || fmt.Sprint(placements[0].Destinations) != "[r.io/all/a/b:1.0.0]" {
		t.Errorf("%v", placements)
	}
	if len(refused) != 1 || refused[0].Destination != ecr+"/{name}" ||
		!strings.Contains(refused[0].Err.Error(), "of repository a/b") {
		t.Errorf("%v", refused)
	}
}
