package claims

import (
	"context"
	"slices"
	"time"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/jobs"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/request"
)

// A place is a destination for which a job is to be submitted.
type place struct {
	to     imagename.Written
	record Record
}

// claimed reports whether the record has a claim.
func (p place) claimed() bool { return p.record.Now.Claim.Request != "" }

// submit claims the destinations of a request and submits its jobs.
func (c *Claimer) submit(ctx context.Context, s *standing, w Wish) (result jobs.Result) {
	open, records := c.open(ctx, s, w, &result)
	pieces, err := c.Jobs.Pieces(open)
	if err != nil {
		result.Err = err
		return result
	}
	for _, piece := range pieces {
		places := make([]place, len(piece.Destinations))
		for n, to := range piece.Destinations {
			places[n] = place{to, records[to.Text]}
		}
		if result.Err = c.put(ctx, s, piece, places, &result); result.Err != nil {
			break
		}
	}
	return result
}

// open returns the request with the destinations that a job may be submitted for, and their records by their texts.
func (c *Claimer) open(
	ctx context.Context, s *standing, w Wish, result *jobs.Result,
) (open request.Request, records map[string]Record) {
	result.Kept, records = map[string]error{}, map[string]Record{}
	open = w.Request
	open.Destinations = nil
	for n, to := range w.Request.Destinations {
		record, live, err := c.judge(ctx, s, w.Records[n])
		switch {
		case err != nil:
			result.Kept[to.Text] = err
		case live:
			result.InFlight = append(result.InFlight, to.Text)
		default:
			records[to.Text] = record
			open.Destinations = append(open.Destinations, to)
		}
	}
	return open, records
}

// judge says whether a job is about a destination, or why none may be. A job for another digest of the source is other
// work: the one that is there does not move the tag once the other has.
func (c *Claimer) judge(ctx context.Context, s *standing, r Record) (_ Record, live bool, err error) {
	claim := r.Now.Claim
	switch end := s.ends[claim.Job]; {
	case claim.Digest != r.Check.From:
		return r, false, nil
	case claim.Live(s, s.listed), end.Unknown && s.listed.Before(claim.Until):
		return r, true, nil
	case claim.Job == "" || r.Now.Outcome.Job == claim.Job:
		return r, false, nil
	case end.Succeeded: // maybe after the destination was looked at: the next check sees what came of it
		done := r.Now
		done.Claim = ledger.Claim{}
		return r, true, c.write(ctx, r, done)
	default:
		return c.bury(ctx, r, end.Because)
	}
}

// bury counts the job of a claim, which has ended, among those that died, unless it wrote its outcome after the record
// was read. The error is why no job may be submitted.
func (c *Claimer) bury(ctx context.Context, r Record, because string) (_ Record, live bool, err error) {
	there, err := c.Ledger.ReadDestination(ctx, r.Key)
	if err != nil {
		return r, false, err
	}
	if there.Claim != r.Read.Claim { // somebody else knows more of it
		return r, true, nil
	}
	r.Read = there
	now, why := there.After(r.Check)
	if why == nil {
		now, why = now.Died(because, r.Check)
	}
	if r.Now = now; why == nil {
		return r, false, nil
	}
	now.Claim = ledger.Claim{}
	if err := c.write(ctx, r, now); err != nil {
		return r, false, err
	}
	return r, false, why
}

// write writes a record. That another has written it is no error: it knows as much.
func (c *Claimer) write(ctx context.Context, r Record, now ledger.Destination) error {
	if _, err := c.Ledger.WriteDestination(ctx, r.Key, r.Read, now); err != nil && !c.Ledger.Overtaken(err) {
		return err
	}
	return nil
}

// put claims the places of a piece, and submits a job for those that it gets. A job of the name that is in flight
// without a claim becomes theirs: a program has submitted it that has no ledger, or has another. The error is why no
// job could be submitted.
func (c *Claimer) put(
	ctx context.Context, s *standing, piece request.Request, places []place, result *jobs.Result,
) (err error) {
	name, began := piece.Name(), c.Now()
	placed := jobs.Placed{Others: true}
	if !slices.ContainsFunc(places, place.claimed) {
		placed.ID = s.inFlight.ID(name)
	}
	claimed := c.claimAll(ctx, name, places, result)
	if len(claimed) == 0 {
		return nil
	}
	piece.Destinations = nil
	for _, p := range claimed {
		piece.Destinations = append(piece.Destinations, p.to)
	}
	if placed.ID == "" {
		placed, err = c.place(ctx, name, piece, began)
	}
	if err != nil {
		return c.withdraw(ctx, claimed, err)
	}
	if texts := piece.DestinationTexts(); placed.Others {
		result.InFlight = append(result.InFlight, texts...)
	} else {
		result.Submitted = append(result.Submitted, jobs.Submission{ID: placed.ID, Destinations: texts})
	}
	c.record(ctx, claimed, func(claim ledger.Claim) ledger.Claim {
		claim.Job = placed.ID
		return claim
	})
	return nil
}

// withdraw takes claims back of which no job came, and returns why. They stay where one may be there all the same.
func (c *Claimer) withdraw(ctx context.Context, claimed []place, err error) error {
	if !isUnknown(err) {
		c.record(ctx, claimed, func(ledger.Claim) ledger.Claim { return ledger.Claim{} })
	}
	return err
}

// claimAll claims places, and returns those that it gets.
func (c *Claimer) claimAll(ctx context.Context, name string, places []place, result *jobs.Result) (claimed []place) {
	for _, p := range places {
		record, live, err := c.claim(ctx, name, p.record)
		switch {
		case live:
			result.InFlight = append(result.InFlight, p.to.Text)
		case err != nil:
			result.Kept[p.to.Text] = err
		default:
			claimed = append(claimed, place{p.to, record})
		}
	}
	return claimed
}

// place submits the job, unless too much time has gone by since its destinations were claimed: others may take them
// soon.
func (c *Claimer) place(
	ctx context.Context, name string, piece request.Request, claimed time.Time,
) (jobs.Placed, error) {
	left := ledger.SubmitWithin - c.Now().Sub(claimed)
	if left <= 0 {
		return jobs.Placed{}, errSlow
	}
	ctx, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	return c.Jobs.Put(ctx, name, piece)
}
