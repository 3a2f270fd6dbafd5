package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"ecrmirror/localstack/stats"
	"ecrmirror/testkit/pause"
	"ecrmirror/testkit/sink"
	"ecrmirror/testkit/slowregistry"
)

// A world is the registries of one turn.
type world struct {
	contents *contents
	source   *slowregistry.Server
	to       *sink.Server
}

func newWorld(ctx context.Context, c *contents, f flags) (*world, error) {
	normal := slowregistry.Normal()
	normal.Latency, normal.FirstByte, normal.Rate = f.rtt, 2*f.rtt, f.rate
	source, err := slowregistry.Start(ctx, c.images, normal)
	if err != nil {
		return nil, err
	}
	to, err := sink.Start(ctx, sink.Options{Latency: f.rtt, Rate: f.rate})
	if err != nil {
		return nil, errors.Join(err, source.Close())
	}
	return &world{c, source, to}, nil
}

func (w *world) close() error { return errors.Join(w.source.Close(), w.to.Close()) }

func (w *world) selection() selection { return selection{from: w.source.Host(), to: w.to.Host()} }

// counts are what was asked of both registries.
type counts struct{ source, to stats.Snapshot }

// counts returns the counts once the replies that have been sent are counted, or some seconds later.
func (w *world) counts(ctx context.Context) counts {
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); {
		if c := (counts{w.source.Counts(), w.to.Counts()}); sum(c.source.BytesRead) == w.source.Sent() {
			return c
		}
		pause.For(ctx, time.Millisecond)
	}
	return counts{w.source.Counts(), w.to.Counts()}
}

func sum(m map[string]int64) (n int64) {
	for v := range maps.Values(m) {
		n += v
	}
	return n
}

// since returns what was counted since before: requests as "HEAD manifest".
func since(before, after map[string]int64) map[string]int64 {
	d := map[string]int64{}
	for name, n := range after {
		if n -= before[name]; n != 0 {
			d[name] = n
		}
	}
	return d
}

// verify returns an error unless the destination has what is chosen of the source, under these tags alone.
func (w *world) verify() error {
	for name, want := range w.contents.want {
		got := w.to.Repository(name)
		for _, tag := range chosen() {
			switch {
			case got.Tags[tag] == "":
				return fmt.Errorf("%s: tag %s is left out", name, tag)
			case got.Tags[tag] != want.tags[tag]:
				return fmt.Errorf("%s: tag %s is %s, not %s", name, tag, got.Tags[tag], want.tags[tag])
			}
		}
		if len(got.Tags) != len(want.tags) {
			return fmt.Errorf("%s: %d tags, not %d", name, len(got.Tags), len(want.tags))
		}
		for d := range want.manifests { // the destination refuses those whose blobs are missing
			if _, ok := got.Manifests[d]; !ok {
				return fmt.Errorf("%s: manifest %s is left out", name, d)
			}
		}
	}
	return nil
}
