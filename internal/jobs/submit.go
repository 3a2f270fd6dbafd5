package jobs

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"ecrmirror/internal/request"
)

// A round is what requests that are submitted together share.
type round struct {
	queue   *Queue
	copying map[copyOf]bool
	inForce func() (types.JobDefinition, error) // [Queue.inForce], called once
}

// submit submits what of the request is not being copied.
func (t round) submit(ctx context.Context, r request.Request) (result Result) {
	rest, stem, source, options := r, r.Stem(), r.Source(), r.Options.String()
	rest.Destinations = nil
	for _, destination := range r.Destinations {
		if t.copying[copyOf{stem, source, options, destination.Text}] {
			result.InFlight = append(result.InFlight, destination.Text)
		} else {
			rest.Destinations = append(rest.Destinations, destination)
		}
	}
	pieces, err := rest.Split(t.queue.longest)
	if err != nil {
		result.Err = err
		return result
	}
	definition := t.queue.definition
	if len(pieces) > 0 && !r.Options.Default() {
		if definition, err = t.optionsTaker(r.Options); err != nil {
			result.Err = err
			return result
		}
	}
	for _, piece := range pieces {
		done, err := t.queue.put(ctx, definition, piece)
		switch {
		case err != nil:
			result.Err = err
			return result
		case done.others:
			result.InFlight = append(result.InFlight, piece.DestinationTexts()...)
		default:
			result.Submitted = append(result.Submitted, Submission{done.id, piece.DestinationTexts()})
		}
	}
	return result
}
