package statusview

import (
	"testing"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/ledger"

	"github.com/google/go-cmp/cmp"
)

// TestImagesOf has one image with a destination for each thing that a record can say.
func TestImagesOf(t *testing.T) {
	const source = "docker.io/library/nginx:1.27.5"
	mine := ledger.Owner{Source: source, Since: before(time.Hour)}
	other := ledger.Owner{Source: "quay.io/a/nginx:1", Since: before(time.Hour)}
	hour := before(time.Hour)
	failure := ledger.Failure{Times: 2, Job: "j", Because: "out of memory", Next: clock.Add(time.Hour)}
	for _, c := range []struct {
		what   string
		record ledger.Destination
		want   Destination
	}{
		{"no record", ledger.Destination{}, Destination{State: Unchecked}},
		{
			"current", ledger.Destination{Owner: mine, Wanted: newer}, Destination{State: entry.Current, Digest: newer},
		},
		{
			"copied by a job",
			ledger.Destination{
				Owner: mine, Wanted: newer, Outcome: ledger.Outcome{Job: "j", Digest: newer, Time: hour},
			},
			Destination{State: entry.Current, Digest: newer, Mirrored: &hour},
		},
		{
			"stale",
			ledger.Destination{Owner: mine, Wanted: newer, Behind: hour},
			Destination{State: entry.Stale, Behind: &hour, BehindSeconds: 3600},
		},
		{
			"submitted",
			ledger.Destination{
				Owner: mine, Wanted: newer, Behind: hour, Claim: ledger.Claim{Request: "r", Job: "j"},
			},
			Destination{State: entry.Submitted, Behind: &hour, BehindSeconds: 3600, Job: "j"},
		},
		{
			"failed",
			ledger.Destination{Owner: mine, Wanted: newer, Behind: hour, Failure: failure},
			Destination{
				State: entry.Failing, Behind: &hour, BehindSeconds: 3600, Job: "j",
				Error: "job j failed (2 in a row); next try after 2027-01-15T09:00:00Z: out of memory",
			},
		},
		{
			"held",
			ledger.Destination{
				Owner: mine, Wanted: newer, Behind: hour, Hold: ledger.Hold{Because: "it crashes", Since: hour},
			},
			Destination{
				State: entry.Deferred, Behind: &hour, BehindSeconds: 3600,
				Error: "held since 2027-01-15T07:00:00Z: it crashes",
			},
		},
		{
			"held, and it has what it should have",
			ledger.Destination{
				Owner: mine, Wanted: newer, Hold: ledger.Hold{Because: "it crashes", Since: hour},
			},
			Destination{State: entry.Current, Digest: newer},
		},
		{
			"another's",
			ledger.Destination{Owner: other, Wanted: older},
			Destination{
				State: entry.Failing, Error: "is mirrored from quay.io/a/nginx:1 since 2027-01-15T07:00:00Z: " +
					"take it out of one of the two entries",
			},
		},
		{
			"of a later version",
			ledger.Destination{Later: true},
			Destination{State: entry.Failing, Error: ledger.ErrLater.Error()},
		},
	} {
		from, to := parse(t, source), parse(t, "r.io/nginx:1.27.5")
		known := Remembered{
			Sources:      map[ledger.Key]ledger.Source{ledger.KeyOf(from): {Digest: newer}},
			Destinations: map[ledger.Key]ledger.Destination{ledger.KeyOf(to): c.record},
		}
		selection := entry.Entry{Source: "nginx", Status: entry.Status{Checked: before(time.Minute)}}
		placed := []entry.Placement{{Source: from, Destinations: []imagename.Name{to}}}
		got := ImagesOf(selection, placed, known, clock)[0]
		c.want.Name = "r.io/nginx:1.27.5"
		if diff := cmp.Diff([]Destination{c.want}, got.Destinations); diff != "" || got.State != c.want.State {
			t.Errorf("%s: %s (-want +got)\n%s", c.what, got.State, diff)
		}
		if (got.Checked == nil) != (c.want.State == Unchecked) || got.Digest != newer {
			t.Errorf("%s: checked %v, digest %s", c.what, got.Checked, got.Digest)
		}
	}
}

func parse(t *testing.T, text string) imagename.Name {
	t.Helper()
	name, err := imagename.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return name
}
