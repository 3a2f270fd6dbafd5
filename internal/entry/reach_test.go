package entry_test

import (
	"testing"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/selection"
)

// TestReach has what selections may write: from which repository, where it is another image's destination, too.
func TestReach(t *testing.T) {
	const account = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
	for _, c := range []struct {
		selection, to       string
		source, destination string
		has, fromOthers     bool
	}{
		{"r.io/app", "q.io/app", "s.io/x:1", "q.io/app:1", true, true},
		{"r.io/app", "q.io/app", "r.io/app:1", "q.io/app:1", true, false}, // it brings the same
		{"r.io/app", "q.io/app", "s.io/x:1", "q.io/apps:1", false, false},
		{"r.io/app", "q.io/app", "s.io/x:1", "p.io/app:1", false, false},
		{"app", "q.io/hub/", "docker.io/library/app:1", "q.io/hub/library/app:1", true, false},
		{"app", "q.io/hub/", "s.io/x:1", "q.io/hub/library/app:1", true, true},
		{"r.io/team/**", "q.io/", "s.io/x:1", "q.io/team/x:1", true, true},
		{"r.io/team/**", "q.io/", "r.io/team/x:1", "q.io/team/x:1", true, false},
		{"r.io/team/**", "q.io/", "r.io/team/y:1", "q.io/team/x:1", true, true},
		{"r.io/team/**", "q.io/", "s.io/x:1", "q.io/other/x:1", false, false},
		{"r.io/team/**", "q.io/all-{name}", "r.io/team/x:1", "q.io/all-x:1", true, false},
		{"r.io/team/**", "q.io/all-{name}", "s.io/x:1", "q.io/any-x:1", false, false},
		{
			"r.io/team/**", account + "/t/", "s.io/x:1", "ecr.aws/arn:aws:ecr:us-east-1:111122223333:repository/t/team/x:1",
			true, true,
		},
		{"r.io/app", "q.io/a b", "s.io/x:1", "q.io/a:1", false, false}, // no destination
	} {
		e := entry.Entry{
			Source: c.selection, Destinations: []string{c.to},
			Tags: []entry.Rule{{Rule: selection.Rule{Pin: []string{"1"}}}},
		}
		source, err := entry.ParseSelected(c.selection)
		if err != nil {
			t.Fatal(err)
		}
		reach, to := e.Reach(source), entry.ParseName(c.destination).Name
		from, err := imagename.ParseImage(c.source)
		if err != nil || reach.Has(to) != c.has || reach.HasFromOthers(from, to) != c.fromOthers {
			t.Errorf("%+v: %v, has %v, from others %v", c, err, reach.Has(to), reach.HasFromOthers(from, to))
		}
	}
}
