package claims_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"ecrmirror/internal/claims"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/request"
)

// A blank is a ledger without records, and a Batch that takes every job.
type blank struct {
	submitted []string
	claim     ledger.Claim // that was written last
}

func (*blank) ReadDestination(context.Context, ledger.Key) (d ledger.Destination, err error) {
	return d, nil
}

func (b *blank) WriteDestination(
	_ context.Context, _ ledger.Key, _, now ledger.Destination,
) (ledger.Destination, error) {
	b.claim = now.Claim
	return now, nil
}

func (*blank) Overtaken(error) bool { return false }

func (*blank) Pieces(r request.Request) ([]request.Request, error) { return r.Split(1000) }

func (b *blank) Put(_ context.Context, name string, _ request.Request) (jobs.Placed, error) {
	b.submitted = append(b.submitted, name)
	return jobs.Placed{ID: "j"}, nil
}

func (*blank) Ends(context.Context, []string) (map[string]jobs.End, error) {
	return map[string]jobs.End{"j": {Ended: true}}, nil
}

// A job that was submitted before there was a ledger, or with another one, is in flight all the same. A destination
// that was claimed since is a matter of its claim.
func TestAJobWithoutAClaimIsInFlight(t *testing.T) {
	from := ledger.Check{Source: "ghcr.io/org/app:1"}
	r := request.Request{
		Images:       []request.Image{{Source: imagename.Written{Text: from.Source}, Digest: "sha256:0123456789ab"}},
		Destinations: []imagename.Written{{Text: destinations[0]}, {Text: destinations[1]}},
	}
	for _, c := range []struct {
		what     string
		claim    ledger.Claim
		inFlight listing
		want     bool // a job is submitted
	}{
		{"nothing is in flight", ledger.Claim{}, listing{}, true},
		{"it is in flight", ledger.Claim{}, listing{r.Name(): "other"}, false},
		{"its claim's job has ended since the listing", ledger.Claim{Request: r.Name(), Job: "j", Digest: "sha256:1"},
			listing{r.Name(): "j"}, true},
	} {
		var b blank
		now := ledger.Destination{Claim: c.claim}
		w := claims.Wish{Request: r, Records: []claims.Record{
			{Key: keyOf(destinations[0]), Check: from, Read: now, Now: now},
			{Key: keyOf(destinations[1]), Check: from},
		}}
		claimer := claims.Claimer{Ledger: &b, Jobs: &b, Now: time.Now, ID: func() string { return "id" }}
		result := claimer.Submit(t.Context(), c.inFlight, time.Now(), []claims.Wish{w})[0]
		if (len(b.submitted) == 1) != c.want || !c.want && !slices.Equal(result.InFlight, destinations) {
			t.Errorf("%s: %q, %+v", c.what, b.submitted, result)
		}
		if !c.want && b.claim.Job != "other" {
			t.Errorf("%s: it is not claimed: %+v", c.what, b.claim)
		}
	}
}
