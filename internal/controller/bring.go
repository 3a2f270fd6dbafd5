package controller

import (
	"context"
	"log/slog"

	"ecrmirror/internal/jobs"
	"ecrmirror/internal/request"
)

// bring has jobs bring the artifacts that destinations of images lack, and notes that they were asked to. What can't be
// submitted is found lacking again by the next look.
func (s *submitter) bring(ctx context.Context, inFlight jobs.InFlight, images []decision) {
	requests := make([]request.Request, len(images))
	for i, d := range images {
		requests[i] = artifactsRequest(d)
	}
	groups := s.jobs.Together(requests)
	grouped := make([]request.Request, len(groups))
	for n, group := range groups {
		grouped[n] = group.Request
	}
	results := s.jobs.Submit(ctx, inFlight, grouped)
	s.tally.brought(results)
	for n, group := range groups {
		for _, i := range group.Of {
			d := images[i]
			if err := results[n].Err; err != nil {
				if ctx.Err() == nil {
					s.tally.log.Warn("no job to bring artifacts", slog.String("source", d.result.Source), slog.Any("reason", err))
				}
			} else {
				d.asked(s)
			}
			s.keeper.keep(ctx, d)
			s.tally.conclude(ctx, d.image, d.result)
		}
	}
}

// asked notes that a job was asked to bring what destinations lack.
func (d decision) asked(s *submitter) {
	now := s.tally.clock()
	var to []string
	for _, n := range d.lacks {
		r := &d.known.destinations[n].Now
		r.Artifacts = r.Artifacts.AfterAsking(now)
		to = append(to, d.result.Destinations[n].Name)
	}
	s.tally.log.Info("artifacts are lacking", slog.String("source", d.result.Source), slog.Any("destinations", to))
}

// artifactsRequest returns what a job is to be asked for an image of which some destinations lack artifacts: of the
// digest that was looked at.
func artifactsRequest(d decision) request.Request {
	r := requestOf(d.image, d.result.Digest)
	r.Options.Kind = request.Artifacts
	pin(&r.Images[0])
	for _, n := range d.lacks {
		r.Destinations = append(r.Destinations, d.image.destinations[n].Written)
	}
	return r
}
