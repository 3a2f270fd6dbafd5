package request

import (
	"fmt"
	"slices"
	"strings"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/imagename"
)

// Parameters returns the request as parameters of a Batch job: the source, and the destinations with commas between
// them. They are the arguments that [Parse] reads.
func (r Request) Parameters() map[string]string {
	return map[string]string{
		contract.ParamSource: r.Source(),
		contract.ParamDest:   strings.Join(r.DestinationTexts(), ","),
	}
}

// Asked returns what the parameters of a job ask, as text that is not parsed: another program may have written them.
func Asked(parameters map[string]string) (source string, destinations []string) {
	return parameters[contract.ParamSource], imagename.SplitList(parameters[contract.ParamDest])
}

// Split returns the request in as many pieces as it takes for the parameters of each to have so many characters at
// most, commas included. The pieces are the same in whatever order the destinations come. It is an error if the source
// and one destination have more than that.
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
