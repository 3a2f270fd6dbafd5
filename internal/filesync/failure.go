package filesync

import (
	"errors"
	"fmt"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/mirror"
)

// A Failure says what failed: an image, or one of its destinations.
type Failure struct {
	Source      string
	Destination string // "" of the image as a whole
	Err         error
}

func (f *Failure) Error() string {
	if f.Destination == "" {
		return fmt.Sprintf("%s: %v", f.Source, f.Err)
	}
	return fmt.Sprintf("%s to %s: %v", f.Source, f.Destination, f.Err)
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// failures returns what failed of an image.
func (i Image) failures() (errs []error) {
	if i.Twin != nil {
		errs = append(errs, &Failure{Source: i.Source, Err: i.Twin})
	}
	if i.State == Failed {
		errs = append(errs, &Failure{Source: i.Source, Err: i.Err})
	}
	var told error // of the source, which all destinations share
	for _, d := range i.Destinations {
		if d.ReceiptErr != nil {
			errs = append(errs, &Failure{Source: i.Source, Destination: d.Name, Err: d.ReceiptErr})
		}
		switch c, copied := errors.AsType[causeError](d.Err); {
		case d.State != Failed:
		case !copied || c.whole.Side == mirror.Destination:
			errs = append(errs, &Failure{Source: i.Source, Destination: d.Name, Err: d.Err})
		case !errors.Is(told, c.whole):
			told = c.whole
			errs = append(errs, &Failure{Source: i.Source, Err: d.Err})
		}
	}
	return errs
}

// FailuresOf returns what failed of the results of a plan, as [Report.Failures] does of a round.
func FailuresOf(results []entry.Result) (errs []error) {
	for _, r := range results {
		i := Image{Source: r.Source, Twin: r.Twin}
		if r.State() == entry.Failing {
			i.State, i.Err = Failed, r.Err
		}
		for _, d := range r.Destinations {
			if d.State == entry.Failing {
				i.Destinations = append(i.Destinations, Destination{Name: d.Name, State: Failed, Err: d.Err})
			}
		}
		errs = append(errs, i.failures()...)
	}
	return errs
}

// cause returns an error of a copy without the name of the image or the destination, which goes before it anyway.
func cause(err error) error {
	if sided, ok := errors.AsType[*mirror.Error](err); ok {
		return causeError{sided}
	}
	return err
}

type causeError struct{ whole *mirror.Error }

func (e causeError) Error() string { return e.whole.Cause() }

// Unwrap returns the whole error.
func (e causeError) Unwrap() error { return e.whole }
