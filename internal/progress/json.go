package progress

import (
	"io"
	"math"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/output"
)

// totalsEvery is the least time between two lines of totals.
const totalsEvery = 500 * time.Millisecond

// A jsonLine is one line of JSON. Its names are an interface: none changes or goes.
// Sizes are in bytes.
type jsonLine struct {
	Time         time.Time     `json:"time"`
	Event        kind          `json:"event"`
	Source       string        `json:"source,omitempty"`
	Destination  string        `json:"destination,omitempty"`
	Destinations int           `json:"destinations,omitempty"` // how many
	Manifests    int           `json:"manifests,omitempty"`    // how many
	Blobs        int           `json:"blobs,omitempty"`        // how many
	Blob         digest.Digest `json:"blob,omitempty"`
	Manifest     digest.Digest `json:"manifest,omitempty"`
	Bytes        *int64        `json:"bytes,omitempty"` // of the blob, read from the source
	Size         *int64        `json:"size,omitempty"`  // left out if unknown
	Error        string        `json:"error,omitempty"`
	Totals       *jsonTotals   `json:"totals,omitempty"`
}

// jsonTotals says how far the copy is.
type jsonTotals struct {
	Blobs          int      `json:"blobs"`
	BlobsDone      int      `json:"blobsDone"`
	BlobsFailed    int      `json:"blobsFailed"`
	Bytes          int64    `json:"bytes"`          // copied
	Size           int64    `json:"size"`           // to copy
	BytesRead      int64    `json:"bytesRead"`      // from the source, also for nothing
	BytesPerSecond int64    `json:"bytesPerSecond"` // over the last seconds
	Seconds        float64  `json:"seconds"`        // since the beginning
	SecondsLeft    *float64 `json:"secondsLeft,omitempty"`
}

// jsonLines writes an object a line: each event, and totals now and then.
type jsonLines struct {
	w    io.Writer
	last snapshot // at the last totals
}

func newJSONLines(w io.Writer) *jsonLines { return &jsonLines{w: w} }

func (j *jsonLines) interval() time.Duration { return 100 * time.Millisecond }

func (j *jsonLines) show(events []event, now snapshot) {
	j.events(events)
	if now.started.IsZero() || now.at.Sub(j.last.at) < totalsEvery || !j.news(now) {
		return
	}
	j.totals(now)
}

// news reports whether totals would say anything new.
func (j *jsonLines) news(now snapshot) bool {
	return now.read != j.last.read || now.done != j.last.done || now.failed != j.last.failed ||
		now.rate != j.last.rate || j.last.started.IsZero()
}

func (j *jsonLines) close(events []event, now snapshot) {
	j.events(events)
	if !now.started.IsZero() {
		j.totals(now)
	}
}

func (j *jsonLines) events(events []event) {
	for _, e := range events {
		j.write(lineOf(e))
	}
}

func (j *jsonLines) totals(now snapshot) {
	j.last = now
	t := &jsonTotals{
		Blobs: now.blobs, BlobsDone: now.done, BlobsFailed: now.failed,
		Bytes: now.bytes, Size: now.size, BytesRead: now.read, BytesPerSecond: int64(now.rate),
		Seconds: tenths(now.at.Sub(now.started)),
	}
	if left, ok := now.left(); ok {
		seconds := tenths(left)
		t.SecondsLeft = &seconds
	}
	j.write(jsonLine{Time: now.at, Event: totals, Totals: t})
}

func lineOf(e event) jsonLine {
	line := jsonLine{
		Time: e.at, Event: e.kind, Source: e.source, Destination: e.destination,
		Destinations: e.destinations, Manifests: e.manifests, Blobs: e.blobs,
	}
	switch e.kind {
	case blobDone:
		line.Bytes = &e.bytes
		fallthrough
	case blobStarted:
		line.Blob = e.digest
		fallthrough
	case imageKnown:
		if e.size >= 0 {
			line.Size = &e.size
		}
	case manifestDone:
		line.Manifest = e.digest
	}
	if e.err != nil {
		line.Error = e.err.Error()
	}
	return line
}

func (j *jsonLines) write(line jsonLine) {
	line.Time = line.Time.UTC().Truncate(time.Millisecond)
	_ = output.JSONLine(j.w, line) // nothing can be done about it
}

func tenths(d time.Duration) float64 { return math.Round(d.Seconds()*10) / 10 }
