package controller

import (
	"context"
	"errors"

	"ecrmirror/internal/claims"
	"ecrmirror/internal/conflict"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/ledger"
)

// A decision is what was decided about an image: its result, and what the ledger is to have of it.
type decision struct {
	image  image
	result entry.Result
	known  known
}

// known is what the ledger has of an image. It is empty without a ledger.
type known struct {
	sourceKey    ledger.Key
	read, source ledger.Source // as it was read; as it is after the check
	destinations []claims.Record
}

// recall reads what the ledger has of the images of a wave.
func (r *run) recall(ctx context.Context, w *wave) error {
	if r.ledger == nil || len(w.items) == 0 {
		return nil
	}
	var sources, destinations []ledger.Key
	for _, i := range w.items {
		i.known.sourceKey = ledger.KeyOf(i.source.Name)
		sources = append(sources, i.known.sourceKey)
		i.known.destinations = make([]claims.Record, len(i.destinations))
		for n, d := range i.destinations {
			if d.Err == nil {
				i.known.destinations[n].Key = ledger.KeyOf(d.Name)
				destinations = append(destinations, i.known.destinations[n].Key)
			}
		}
	}
	records, err := r.ledger.Read(ctx, sources, destinations)
	if err != nil {
		return err
	}
	for _, i := range w.items {
		i.known.read = records.Sources[i.known.sourceKey]
		i.known.source = i.known.read
		for n := range i.known.destinations {
			record := &i.known.destinations[n]
			record.Read = records.Destinations[record.Key]
			record.Now = record.Read
		}
	}
	return nil
}

// remember works out what the ledger is to have of an image after its check, and what follows from that for its
// destinations: nothing is submitted for one that another entry owns, that is held, or to which jobs failed to copy.
func (r *run) remember(i image, known *known, result *entry.Result, found *conflict.Found) {
	now := r.tally.clock()
	known.source, _ = known.read.Seen(result.Digest, now)
	source := conflict.Image(i.source.Text)
	for n := range result.Destinations {
		d, record := &result.Destinations[n], &known.destinations[n]
		if d.State != entry.Current && d.State != entry.Stale {
			continue
		}
		record.Check = ledger.Check{
			Source: source, From: result.Digest, Wanted: d.Wanted, Has: d.Digest, Retry: r.retry, Now: now,
			Unsure: found == nil, Rivals: found.Rivals(i.source, i.destinations[n]),
		}
		var err error
		if record.Now, err = record.Read.After(record.Check); err == nil {
			continue
		}
		if errors.Is(err, ledger.ErrContested) {
			err = found.Destination(i.source, i.destinations[n])
		}
		keep(d, err)
	}
}

// keep puts down that nothing is submitted for a destination, and why.
func keep(d *entry.DestinationResult, why error) {
	d.State, d.Err, d.Differs = entry.StateOf(why), why, false
	if failed, ok := errors.AsType[*ledger.FailedError](why); ok {
		d.Log = failed.Log
	}
}
