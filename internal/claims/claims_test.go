package claims_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ecrmirror/internal/claims"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/request"
)

// A blank is a ledger that takes every write, and a Batch that takes every job.
type blank struct {
	there     ledger.Destination
	submitted []string
	claim     ledger.Claim   // that was written last
	failure   ledger.Failure // that was written last
	unknown   bool           // Batch does not know jobs
	gone      bool           // jobs have ended with their program
}

func (b *blank) ReadDestination(context.Context, ledger.Key) (ledger.Destination, error) {
	return b.there, nil
}

func (b *blank) WriteDestination(
	_ context.Context, _ ledger.Key, _, now ledger.Destination,
) (ledger.Destination, error) {
	b.claim, b.failure = now.Claim, now.Failure
	return now, nil
}

func (*blank) Overtaken(error) bool { return false }

func (*blank) Pieces(r request.Request) ([]request.Request, error) { return r.Split(1000) }

func (b *blank) Put(_ context.Context, name string, _ request.Request) (jobs.Placed, error) {
	b.submitted = append(b.submitted, name)
	return jobs.Placed{ID: "j"}, nil
}

func (b *blank) Ends(context.Context, []string) (map[string]jobs.End, error) {
	return map[string]jobs.End{"j": {Ended: true, Unknown: b.unknown, Gone: b.gone}}, nil
}

// A job that was submitted before there was a ledger, or with another one, is in flight all the same. A destination
// that was claimed since is a matter of its claim.
func TestAJobWithoutAClaimIsInFlight(t *testing.T) {
	from := ledger.Check{Source: "ghcr.io/org/app:1"}
	r := request.Request{
		Images:       []request.Image{{Source: written(from.Source), Digest: "sha256:0123456789ab"}},
		Destinations: []imagename.Written{written(destinations[0]), written(destinations[1])},
	}
	for _, c := range []struct {
		what     string
		claim    ledger.Claim
		inFlight listing
		want     bool // a job is submitted
	}{
		{"nothing is in flight", ledger.Claim{}, listing{}, true},
		{"it is in flight", ledger.Claim{}, listing{r.Name(): "other"}, false},
		{
			"its claim's job has ended since the listing",
			ledger.Claim{Request: r.Name(), Job: "j", Digest: "sha256:1"},
			listing{r.Name(): "j"},
			true,
		},
	} {
		var b blank
		now := ledger.Destination{Claim: c.claim}
		w := claims.Wish{Request: r, Records: []claims.Record{
			{Key: keyOf(destinations[0]), Check: from, Read: now, Now: now},
			{Key: keyOf(destinations[1]), Check: from},
		}}
		claimer := claims.Claimer{Ledger: &b, Jobs: &b, Now: time.Now, ID: func() string { return "id" }}
		result := claimer.Submit(t.Context(), c.inFlight, time.Now(), []claims.Wish{w})[0]
		if (len(b.submitted) == 1) != c.want || !c.want && !slices.Equal(result.InFlight, destinations[:2]) {
			t.Errorf("%s: %q, %+v", c.what, b.submitted, result)
		}
		if !c.want && b.claim.Job != "other" {
			t.Errorf("%s: it is not claimed: %+v", c.what, b.claim)
		}
	}
}

// A job that Batch does not know may have been submitted just now. Once its claim's time is over it has died.
func TestAJobThatBatchDoesNotKnow(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	check := ledger.Check{Source: "ghcr.io/org/app:1", From: "sha256:1", Wanted: "sha256:1", Now: now}
	claim := ledger.Claimed("name", "id", check, now)
	claim.Job = "j"
	r := request.Request{
		Images:       []request.Image{{Source: written(check.Source), Digest: check.From}},
		Destinations: []imagename.Written{written(destinations[0])},
	}
	for _, c := range []struct {
		listed time.Time
		live   bool
	}{{now, true}, {now.Add(ledger.ClaimFor - 1), true}, {now.Add(ledger.ClaimFor), false}} {
		b := blank{unknown: true, there: ledger.Destination{Claim: claim}}
		w := claims.Wish{Request: r, Records: []claims.Record{
			{Key: keyOf(destinations[0]), Check: check, Read: b.there, Now: b.there},
		}}
		claimer := claims.Claimer{Ledger: &b, Jobs: &b, Now: time.Now, ID: func() string { return "id" }}
		result := claimer.Submit(t.Context(), listing{}, c.listed, []claims.Wish{w})[0]
		_, died := errors.AsType[*ledger.FailedError](result.Kept[destinations[0]])
		if len(b.submitted) > 0 || (len(result.InFlight) == 1) != c.live || died == c.live {
			t.Errorf("%s: %q, %+v", c.listed, b.submitted, result)
		}
	}
}

// A job that is gone with the program that ran it holds nothing: another is submitted at once, and none counts as dead.
// What it has written of its outcome counts as ever, by the next check.
func TestAJobThatIsGoneWithItsProgram(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	check := ledger.Check{Source: "ghcr.io/org/app:1", From: "sha256:1", Wanted: "sha256:1", Now: now}
	claim := ledger.Claimed("name", "id", check, now)
	claim.Job = "j"
	r := request.Request{
		Images:       []request.Image{{Source: written(check.Source), Digest: check.From}},
		Destinations: []imagename.Written{written(destinations[0])},
	}
	for _, c := range []struct {
		what      string
		gone      bool
		outcome   ledger.Outcome
		submitted int
	}{
		{"it ended without a word", false, ledger.Outcome{}, 0}, // and is counted among those that died
		{"it is gone", true, ledger.Outcome{}, 1},
		{"it is gone, and its outcome is there", true, ledger.Outcome{Job: "j", Error: "x", Transient: true}, 1},
		{"it is gone, and the outcome is another's", true, ledger.Outcome{Job: "i", Error: "x", Transient: true}, 1},
	} {
		b := blank{gone: c.gone, there: ledger.Destination{Claim: claim, Outcome: c.outcome}}
		w := claims.Wish{Request: r, Records: []claims.Record{
			{Key: keyOf(destinations[0]), Check: check, Read: b.there, Now: b.there},
		}}
		claimer := claims.Claimer{Ledger: &b, Jobs: &b, Now: time.Now, ID: func() string { return "id" }}
		result := claimer.Submit(t.Context(), listing{}, now, []claims.Wish{w})[0]
		if len(b.submitted) != c.submitted || len(result.InFlight) > 0 || len(result.Kept) != 1-c.submitted ||
			b.failure != (ledger.Failure{}) != !c.gone {
			t.Errorf("%s: %q, %+v, %+v", c.what, b.submitted, result, b.failure)
		}
	}
}

// A crowded ledger has one record that somebody else has claimed meanwhile, and a Batch that refuses jobs.
type crowded struct {
	blank
	others ledger.Key
	claims map[ledger.Key]ledger.Claim
}

func (c *crowded) WriteDestination(
	_ context.Context, k ledger.Key, read, now ledger.Destination,
) (ledger.Destination, error) {
	if k == c.others {
		read.Claim = ledger.Claim{Request: "other", ID: "other"}
		return read, errOvertaken
	}
	c.claims[k] = now.Claim
	return now, nil
}

func (*crowded) Overtaken(err error) bool { return errors.Is(err, errOvertaken) }

func (*crowded) Put(context.Context, string, request.Request) (jobs.Placed, error) {
	return jobs.Placed{}, &jobs.Error{Err: errors.New("the queue is disabled")}
}

// Where images that were to go together go to several jobs, since somebody else has some of their places, and the first
// job can't be submitted, no claim stays.
func TestNoClaimStaysOfJobsThatWereNotSubmitted(t *testing.T) {
	c := &crowded{others: keyOf("r.io/b:2"), claims: map[ledger.Key]ledger.Claim{}}
	var wishes []claims.Wish
	for _, tag := range []string{"1", "2", "3"} {
		w := claims.Wish{Together: true, Request: request.Request{
			Images: []request.Image{{Source: written("r.io/src:" + tag), Digest: "sha256:0123456789ab"}},
		}}
		for _, to := range []string{"r.io/a:" + tag, "r.io/b:" + tag} {
			w.Request.Destinations = append(w.Request.Destinations, written(to))
			w.Records = append(w.Records, claims.Record{Key: keyOf(to), Check: ledger.Check{Source: "r.io/src:" + tag}})
		}
		wishes = append(wishes, w)
	}
	claimer := claims.Claimer{Ledger: c, Jobs: c, Now: time.Now, ID: func() string { return "id" }}
	for i, result := range claimer.Submit(t.Context(), listing{}, time.Now(), wishes) {
		if result.Err == nil {
			t.Errorf("%d: %+v", i, result)
		}
	}
	for k, claim := range c.claims {
		if claim != (ledger.Claim{}) {
			t.Errorf("%v is claimed: %+v", k, claim)
		}
	}
	if len(c.claims) != 5 {
		t.Errorf("%d were claimed", len(c.claims))
	}
}

// An image whose last job has died goes alone: whatever it did to that job, it does not do to its neighbours again.
func TestAnImageWhoseJobDiedGoesAlone(t *testing.T) {
	var wishes []claims.Wish
	for _, tag := range []string{"1", "2", "3"} {
		check := ledger.Check{Source: "r.io/src:" + tag, From: "sha256:0123456789ab"}
		now := ledger.Destination{}
		if tag == "2" {
			now.Failure = ledger.Failure{
				Times: 1, Because: "OutOfMemoryError", Asked: ledger.Asked{From: check.From}, Job: "j",
			}
		}
		wishes = append(wishes, claims.Wish{
			Together: true, Records: []claims.Record{{Key: keyOf("r.io/a:" + tag), Check: check, Read: now, Now: now}},
			Request: request.Request{
				Images:       []request.Image{{Source: written(check.Source), Digest: check.From}},
				Destinations: []imagename.Written{written("r.io/a:" + tag)},
			},
		})
	}
	var b blank
	claimer := claims.Claimer{Ledger: &b, Jobs: &b, Now: time.Now, ID: func() string { return "id" }, AtOnce: 1}
	claimer.Submit(t.Context(), listing{}, time.Now(), wishes)
	if len(b.submitted) != 2 || !strings.HasPrefix(b.submitted[0], "r-io-src-2-") ||
		!strings.HasPrefix(b.submitted[1], "r-io-src-1-3-") {
		t.Errorf("%q", b.submitted)
	}
}

// Together implements [claims.Jobs].
func (*blank) Together(requests []request.Request) []request.Group {
	return request.Together(requests, 50, 1000)
}
