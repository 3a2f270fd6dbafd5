package jobs

import (
	"context"

	"ecrmirror/internal/request"
)

// submit submits what of the request is not being copied.
func (q *Queue) submit(ctx context.Context, copying map[copyOf]bool, r request.Request) (result Result) {
	rest, stem, source, options := r, r.Stem(), r.Source(), r.Options.String()
	rest.Destinations = nil
	for _, destination := range r.Destinations {
		if copying[copyOf{stem, source, options, destination.Text}] {
			result.InFlight = append(result.InFlight, destination.Text)
		} else {
			rest.Destinations = append(rest.Destinations, destination)
		}
	}
	pieces, err := q.Pieces(rest)
	if err != nil {
		result.Err = err
		return result
	}
	for _, piece := range pieces {
		done, err := q.Put(ctx, piece.Name(), piece)
		switch {
		case err != nil:
			result.Err = err
			return result
		case done.Others:
			result.InFlight = append(result.InFlight, piece.DestinationTexts()...)
		default:
			result.Submitted = append(result.Submitted, Submission{done.ID, piece.DestinationTexts()})
		}
	}
	return result
}
