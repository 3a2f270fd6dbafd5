package claims

import (
	"context"
	"slices"
	"time"

	"ecrmirror/internal/jobs"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/request"
)

// open is what is left of a wish: the destinations that a job may be submitted for, and their records in their order.
type open struct {
	request request.Request
	records []Record
}

// hasKilled reports whether the last job for one of the destinations has died. It may have died of the image, and of an
// image that was with it in the job: apart from each other it shows.
func (o open) hasKilled() bool {
	return slices.ContainsFunc(o.records, func(r Record) bool { return r.Now.Failure.Because != "" })
}

// open sorts out the destinations that a job is about, or for which none may be submitted.
func (c *Claimer) open(ctx context.Context, s *standing, w Wish, result *jobs.Result) open {
	result.Kept = map[string]error{}
	left := open{request: w.Request}
	left.request.Destinations = nil
	for n, to := range w.Request.Destinations {
		record, live, err := c.judge(ctx, s, w.Records[n])
		switch {
		case err != nil:
			result.Kept[to.Text] = err
		case live:
			result.InFlight = append(result.InFlight, to.Text)
		default:
			left.request.Destinations = append(left.request.Destinations, to)
			left.records = append(left.records, record)
		}
	}
	return left
}

// judge says whether a job is about a destination, or why none may be. A job for another digest of the source, or for
// other platforms of it, is other work: the one that is there does not move the tag once the other has. A job that is
// gone with its program holds nothing, and does not count as one that died: it did not fail.
func (c *Claimer) judge(ctx context.Context, s *standing, r Record) (_ Record, live bool, err error) {
	claim := r.Now.Claim
	switch end := s.ends[claim.Job]; {
	case !claim.IsFor(r.Check):
		return r, false, nil
	case claim.Live(s, s.listed), end.Unknown && s.listed.Before(claim.Until):
		return r, true, nil
	case claim.Job == "" || r.Now.Outcome.Job == claim.Job || end.Gone:
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

// put claims the places of a piece, and submits a job for those that it gets: several where that is not the same for
// all images. A job of the name that is in flight without a claim becomes theirs: a program has submitted it that has
// no ledger, or has another. The error is why no job could be submitted.
func (c *Claimer) put(ctx context.Context, s *standing, p piece) (err error) {
	name, began := p.Name(), c.Now()
	inFlight := ""
	if !slices.ContainsFunc(p.places, place.claimed) {
		inFlight = s.inFlight.ID(name)
	}
	parts := p.of(c.claimAll(ctx, name, p.places))
	for n, part := range parts {
		placed := jobs.Placed{ID: inFlight, Others: true}
		if inFlight == "" {
			placed, err = c.place(ctx, name, part.Request, began)
		}
		if err != nil {
			for _, left := range parts[n+1:] {
				c.free(ctx, left.places)
			}
			return c.withdraw(ctx, part.places, err)
		}
		part.note(placed)
		c.record(ctx, part.places, func(claim ledger.Claim) ledger.Claim {
			claim.Job = placed.ID
			return claim
		})
	}
	return nil
}

// withdraw takes claims back of which no job came, and returns why. They stay where one may be there all the same.
func (c *Claimer) withdraw(ctx context.Context, claimed []place, err error) error {
	if !isUnknown(err) {
		c.free(ctx, claimed)
	}
	return err
}

// free takes claims back.
func (c *Claimer) free(ctx context.Context, claimed []place) {
	c.record(ctx, claimed, func(ledger.Claim) ledger.Claim { return ledger.Claim{} })
}

// claimAll claims places, and returns those that it gets.
func (c *Claimer) claimAll(ctx context.Context, name string, places []place) (claimed []place) {
	for _, p := range places {
		record, live, err := c.claim(ctx, name, p.record)
		switch {
		case live:
			p.result.InFlight = append(p.result.InFlight, p.to.Text)
		case err != nil:
			p.result.Kept[p.to.Text] = err
		default:
			p.record = record
			claimed = append(claimed, p)
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
