package controller

import (
	"cmp"
	"context"
	"errors"
	"sync"

	"ecrmirror/internal/claims"
	"ecrmirror/internal/conflict"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgertable"
)

// A decision is what was decided about an image: its result, and what the ledger is to have of it.
type decision struct {
	image  image
	result entry.Result
	known  *known // nil without a ledger
	lacks  []int  // the destinations that lack artifacts, by their positions, if that was looked at
}

// known is what the ledger has of an image, and is to have.
type known struct {
	sourceKey    ledger.Key
	read, source ledger.Source   // as it was read; as it is after the check
	destinations []claims.Record // in their order; without keys where nothing was looked up
}

// recalling begins to read what the ledger has of the images of a wave, while they are looked up. The returned function
// waits for it.
func (r *run) recalling(ctx context.Context, w *wave) (wait func() error) {
	done := make(chan error, 1)
	go func() { done <- r.recall(ctx, w) }()
	return sync.OnceValue(func() error { return <-done })
}

// recall reads what the ledger has of the images of a wave.
func (r *run) recall(ctx context.Context, w *wave) (err error) {
	if r.ledger == nil || len(w.items) == 0 {
		return nil
	}
	sources := make([]ledger.Key, 0, len(w.items))
	destinations := make([]ledger.Key, 0, len(w.items))
	for _, i := range w.items {
		sources = append(sources, sourceKeyOf(i.source.Name))
		for _, d := range i.destinations {
			if d.Err == nil {
				destinations = append(destinations, ledger.KeyOf(d.Name))
			}
		}
	}
	w.records, err = r.ledger.Read(ctx, sources, destinations)
	return err
}

// sourceKeyOf returns the key of the record of a source. Where the name has a tag and a digest, the digest says what is
// read, and the tag's record is that of another image, which moves.
func sourceKeyOf(name imagename.Name) ledger.Key {
	if name.Digest != "" {
		name.Tag = ""
	}
	return ledger.KeyOf(name)
}

// remember works out what the ledger is to have of an image after its check, and what follows from that for its
// destinations: nothing is submitted for one that another entry owns, that is held, or to which jobs failed to copy.
func (r *run) remember(i image, records ledgertable.Records, result *entry.Result, found *conflict.Found) *known {
	now := r.tally.clock()
	k := &known{sourceKey: sourceKeyOf(i.source.Name), destinations: make([]claims.Record, len(result.Destinations))}
	k.read = records.Sources[k.sourceKey]
	k.source, _ = k.read.Seen(result.Digest, now)
	source, wants := conflict.Image(i.source.Text), i.options().Wants()
	for n := range result.Destinations {
		d, record := &result.Destinations[n], &k.destinations[n]
		if d.State != entry.Current && d.State != entry.Stale {
			continue
		}
		record.Key = ledger.KeyOf(i.destinations[n].Name)
		record.Read = records.Destinations[record.Key]
		record.Check = ledger.Check{
			Source: source, From: result.Digest, Wanted: d.Wanted, By: i.by, Has: d.Digest, Retry: r.retry, Now: now,
			Later: k.read.Later, Unsure: found == nil,
		}
		// The record has the platforms it was made by. Where they tell nothing, neither entry owns the destination.
		unlike, told := found.Unlike(i.source, wants, i.destinations[n])
		record.Check.Unlike = unlike && (!told || record.Read.Owner.Source != source || record.Read.By != i.by)
		var owns bool
		owner, unsure := record.Read.Owner.Source, found.Unsure(i.source, i.destinations[n])
		if record.Check.Contested, owns = found.Rivals(i.source, i.destinations[n], owner); owns ||
			owner != source && found.Keeps(owner) {
			record.Check.Rival = owner
		}
		if unsure != nil { // whose it is stays as it is
			record.Check.Contested = record.Check.Contested || d.State == entry.Stale
			record.Check.Unsure = record.Check.Unsure || d.State == entry.Current
		}
		var err error
		record.Now, err = record.Read.After(record.Check)
		if i.together() {
			d.Behind = record.Now.Behind
		}
		if err == nil {
			continue
		}
		if errors.Is(err, ledger.ErrContested) {
			err = cmp.Or(found.Destination(i.source, wants, i.destinations[n]), unsure, err)
		}
		keep(d, err)
	}
	return k
}

// keep puts down that nothing is submitted for a destination, and why.
func keep(d *entry.DestinationResult, why error) {
	d.State, d.Err, d.Differs = entry.StateOf(why), why, false
	if failed, ok := errors.AsType[*ledger.FailedError](why); ok {
		d.Log = failed.Log
	}
}
