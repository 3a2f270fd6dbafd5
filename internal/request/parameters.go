package request

import (
	"fmt"
	"slices"
	"strings"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/imagename"
)

// Parameters returns the parameters of the Batch job: the source, and the destinations with commas between them.
// [Parse] reads them.
func (r Request) Parameters() map[string]string {
	return map[string]string{
		contract.ParamSource: r.Source(),
		contract.ParamDest:   strings.Join(r.DestinationTexts(), ","),
	}
}

// Asked returns the source and the destinations in the parameters of a job as text. They are not parsed, because
// another program may have written them.
func Asked(parameters map[string]string) (source string, destinations []string) {
	return parameters[contract.ParamSource], imagename.SplitList(parameters[contract.ParamDest])
}

// Split splits the request into pieces whose parameters have at most so many characters each, commas included. The
// order of the destinations does not change the pieces. A source and a destination that are longer together are an
// error.
func (r Request) Split(longest int) ([]Request, error) {
	var pieces []Request
	source, left := len(r.Source()), 0
	for _, destination := range slices.SortedFunc(slices.Values(r.Destinations), byText) {
		size := len(destination.Text)
		if source+size > longest {
			return nil, fmt.Errorf(
				"source and destination are too long for a job: %d characters, at most %d", source+size, longest)
		}
		if left -= len(",") + size; left < 0 {
			pieces = append(pieces, Request{Images: r.Images})
			left = longest - source - size
		}
		last := &pieces[len(pieces)-1]
		last.Destinations = append(last.Destinations, destination)
	}
	return pieces, nil
}

func byText(a, b imagename.Written) int { return strings.Compare(a.Text, b.Text) }
