package schedule

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ecrmirror/internal/entry"
)

// An image may be an entry, one of two selections, and of rules of one that want other things of it. Each of them is
// put off, and drawn, by itself.
func TestTheSameImageIsPutOffByItself(t *testing.T) {
	const source = "r.io/app:1"
	exact := entry.Entry{Source: source}
	all := []entry.Entry{
		exact,
		{Source: source, Selection: "r.io/app"},
		{Source: source, Selection: "r.io/**"},
		{Source: source, Selection: "r.io/**"},
	}
	all[3].ArtifactsRequired = true
	for n := range all {
		b := NewBacklog(NewHosts(time.Now()), Limit{})
		for i := range all {
			if i != n {
				b.PutOff(&all[i], nil)
			}
		}
		if b.Has(&all[n]) || b.Len() != len(all)-1 {
			t.Errorf("%d: has it %v, %d are put off", n, b.Has(&all[n]), b.Len())
		}
		draw := b.Draw()
		for _, e := range all {
			draw.Add(e)
		}
		drawn := draw.End()
		if len(drawn) != len(all)-1 || b.Len() != 0 ||
			slices.ContainsFunc(drawn, func(e entry.Entry) bool {
				return e.Selection == all[n].Selection && e.Wants() == all[n].Wants()
			}) {
			t.Errorf("%d: %v, %d are left", n, drawn, b.Len())
		}
	}
}

// Images of selections have no statuses to go on from. In a day of sweeps each of which gets to a fifth of them, all
// have their turn, and none comes before an entry that was left out for long.
func TestImagesOfSelectionsHaveTheirTurn(t *testing.T) {
	const images, reached = 1000, 200
	for _, every := range []time.Duration{time.Minute, 7 * time.Minute, 10 * time.Minute, time.Hour} {
		began := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
		looked := map[string]bool{}
		for sweep := range 24 {
			now := began.Add(time.Duration(sweep) * every)
			hosts := NewHosts(now)
			var all []entry.Entry
			for i := range images {
				all = append(all, entry.Entry{Source: fmt.Sprintf("r.io/app:%d", i), Selection: "r.io/app"})
			}
			old := entry.Entry{Source: "r.io/old:1", Status: entry.Status{Checked: now.Add(-13 * time.Hour)}}
			all = append(all, old)
			slices.SortFunc(all, func(a, b entry.Entry) int {
				return hosts.Place("r.io", &a).Compare(hosts.Place("r.io", &b))
			})
			if all[0].Source != old.Source {
				t.Errorf("the first is %v", all[0])
			}
			for _, e := range all[1 : 1+reached] {
				looked[e.Source] = true
			}
		}
		if len(looked) != images {
			t.Errorf("every %s: %d images had their turn", every, len(looked))
		}
	}
}
