package request

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/imagename"
)

// Parameters returns the parameters of the Batch job: the source, the destinations with commas between them, and the
// options unless they ask for a plain copy, so that a job definition without options takes that, too. [Parse] and
// [ParseOptions] read them.
func (r Request) Parameters() map[string]string {
	parameters := map[string]string{
		contract.ParamSource: r.Source(),
		contract.ParamDest:   strings.Join(r.DestinationTexts(), ","),
	}
	if !r.Options.Default() {
		parameters[contract.ParamOptions] = r.Options.String()
	}
	return parameters
}

// Asked returns the source, the destinations and the options in the parameters of a job as text. They are not parsed,
// because another program may have written them. Without options they are those of a plain copy.
func Asked(parameters map[string]string) (source string, destinations []string, options string) {
	return parameters[contract.ParamSource], imagename.SplitList(parameters[contract.ParamDest]),
		cmp.Or(parameters[contract.ParamOptions], contract.DefaultOptions)
}

// Split splits the request into pieces whose parameters have at most so many characters each, commas included, as JSON
// has them. The order of the destinations does not change the pieces. A source and a destination that are longer
// together, with the options, are an error.
func (r Request) Split(longest int) ([]Request, error) {
	var pieces []Request
	source, left := len(r.Source())+r.Options.size(), 0
	for _, destination := range slices.SortedFunc(slices.Values(r.Destinations), byText) {
		size := len(destination.Text)
		if source+size > longest {
			return nil, fmt.Errorf("source and destination are too long for a job: %d characters%s, at most %d",
				source+size, r.Options.among(), longest)
		}
		if left -= len(",") + size; left < 0 {
			piece := r
			piece.Destinations = nil
			pieces = append(pieces, piece)
			left = longest - source - size
		}
		last := &pieces[len(pieces)-1]
		last.Destinations = append(last.Destinations, destination)
	}
	return pieces, nil
}

// size returns how many characters of a job's overrides, which are JSON, the options take: their quotes are escaped
// there.
func (o Options) size() int {
	if o.Default() {
		return 0 // the definition's own
	}
	text := o.String()
	return len(text) + strings.Count(text, `"`)
}

// among says how many of a request's characters are those of its options, if there are any.
func (o Options) among() string {
	if o.Default() {
		return ""
	}
	return fmt.Sprintf(" with the %d of its options", o.size())
}

func byText(a, b imagename.Written) int { return strings.Compare(a.Text, b.Text) }
