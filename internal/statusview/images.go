package statusview

import (
	"errors"
	"time"

	"ecrmirror/internal/conflict"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryform"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/output"
)

// Remembered is what a ledger has of images.
type Remembered struct {
	Sources      map[ledger.Key]ledger.Source
	Destinations map[ledger.Key]ledger.Destination
}

// ImagesOf returns the status of images that a selection stands for, as far as a ledger remembers them.
func ImagesOf(selection entry.Entry, images []entry.Placement, known Remembered, now time.Time) []Entry {
	list := make([]Entry, 0, len(images))
	for _, image := range images {
		source := image.Source.String()
		e := Entry{
			Source: source, Digest: known.Sources[ledger.KeyOf(image.Source)].Digest, State: Unchecked,
			Checked: output.Time(selection.Status.Checked), Destinations: []Destination{},
			Options: entryform.WriteOptions(image.Options),
		}
		for _, name := range image.Destinations {
			d := rememberedOf(known.Destinations[ledger.KeyOf(name)], conflict.Image(source), now)
			d.Name = name.String()
			if e.Behind == nil || d.Behind != nil && d.Behind.Before(*e.Behind) {
				e.Behind, e.BehindSeconds = d.Behind, d.BehindSeconds
			}
			if e.State == Unchecked || d.State.Worse(e.State) {
				e.State = d.State
			}
			e.Destinations = append(e.Destinations, d)
		}
		if e.State == Unchecked { // it was not there yet
			e.Checked = nil
		}
		list = append(list, e)
	}
	return list
}

// rememberedOf returns what a record says of a destination of a source image, in the form of [conflict.Image].
func rememberedOf(record ledger.Destination, source string, now time.Time) Destination {
	d := Destination{
		State: entry.Stale, Job: record.Claim.Job,
		Behind: output.Time(record.Behind), BehindSeconds: secondsSince(record.Behind, now),
	}
	if o := record.Outcome; o.Error == "" && o.Digest == record.Wanted {
		d.Mirrored = output.Time(o.Time)
	}
	switch why := record.Kept(source, now); {
	case why != nil:
		d.State, d.Error = entry.StateOf(why), why.Error()
		if failed, ok := errors.AsType[*ledger.FailedError](why); ok {
			d.Job, d.Logs = failed.Failure.Job, logsOf(failed.Log)
		}
	case record.Wanted == "":
		d.State = Unchecked
	case record.Behind.IsZero():
		d.State, d.Digest = entry.Current, record.Wanted
	case record.Claim.Request != "":
		d.State = entry.Submitted
	}
	return d
}
