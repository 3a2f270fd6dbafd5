package progress

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestJSON holds every line to its names, which are an interface. The clock of a
// synctest bubble begins at midnight of January 1st, 2000.
func TestJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &recorded{}
		r := start(t.Context(), newJSONLines(o))
		a, b, c := blobOf("a"), blobOf("b"), blobOf("c")
		pass(time.Second)
		r.Image("docker.io/library/app:1", 2, 3, 4, 108*mib)
		r.BlobDone(c, 8*mib, nil) // no destination lacks it
		r.BlobStarted(a, 100*mib, 2)
		r.BlobStarted(b, -1, 1)
		r.BlobRead(a, 50*mib)
		pass(500 * time.Millisecond)
		r.BlobRead(a, 50*mib)
		r.BlobDone(a, 100*mib, nil)
		r.BlobDone(b, 0, errors.New("one\ntwo <&>"))
		r.Manifest("r.io/a:1", c)
		r.SetAside("r.io/b:1")
		r.Done("r.io/a:1", nil)
		r.Done("r.io/b:1", errBroken)
		r.Close()
		want := lines(
			`{"time":"2000-01-01T00:00:01Z","event":"image","source":"docker.io/library/app:1","destinations":2,`+
				`"manifests":3,"blobs":4,"size":113246208}`,
			`{"time":"2000-01-01T00:00:01Z","event":"blobDone","blob":"`+c.String()+`","bytes":0,"size":8388608}`,
			`{"time":"2000-01-01T00:00:01Z","event":"blobStarted","destinations":2,"blob":"`+a.String()+
				`","size":104857600}`,
			`{"time":"2000-01-01T00:00:01Z","event":"blobStarted","destinations":1,"blob":"`+b.String()+`"}`,
			`{"time":"2000-01-01T00:00:01.1Z","event":"totals","totals":{"blobs":4,"blobsDone":1,"blobsFailed":0,`+
				`"bytes":52428800,"size":104857600,"bytesRead":52428800,"bytesPerSecond":524288000,"seconds":0.1}}`,
			`{"time":"2000-01-01T00:00:01.5Z","event":"blobDone","blob":"`+a.String()+
				`","bytes":104857600,"size":104857600}`,
			`{"time":"2000-01-01T00:00:01.5Z","event":"blobDone","blob":"`+b.String()+
				`","bytes":0,"error":"one\ntwo <&>"}`,
			`{"time":"2000-01-01T00:00:01.5Z","event":"manifest","destination":"r.io/a:1","manifest":"`+c.String()+`"}`,
			`{"time":"2000-01-01T00:00:01.5Z","event":"destinationSetAside","destination":"r.io/b:1"}`,
			`{"time":"2000-01-01T00:00:01.5Z","event":"destinationDone","destination":"r.io/a:1"}`,
			`{"time":"2000-01-01T00:00:01.5Z","event":"destinationDone","destination":"r.io/b:1",`+
				`"error":"destination r.io/b:1: writing blob: connection refused"}`,
			`{"time":"2000-01-01T00:00:01.5Z","event":"totals","totals":{"blobs":4,"blobsDone":2,"blobsFailed":1,`+
				`"bytes":104857600,"size":104857600,"bytesRead":104857600,"bytesPerSecond":209715200,"seconds":0.5}}`,
		)
		if diff := cmp.Diff(want, o.take()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestJSONIsThrottled copies for ten seconds, and then stalls.
func TestJSONIsThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &recorded{}
		r := start(t.Context(), newJSONLines(o))
		r.Image("src", 1, 1, 1, 100*mib)
		r.BlobStarted(blobOf("a"), 100*mib, 1)
		for range 1000 {
			r.BlobRead(blobOf("a"), mib/20)
			pass(10 * time.Millisecond)
		}
		text := o.take()
		got := strings.Count(text, `"event":"totals"`)
		if got < 18 || got > 21 {
			t.Errorf("%d totals in 10 s, want about 20", got)
		}
		if !strings.Contains(text, `,"seconds":5.1,"secondsLeft":14.9}`) {
			t.Errorf("no time left in the middle:\n%s", text)
		}
		for line := range strings.Lines(text) {
			if !json.Valid([]byte(line)) {
				t.Errorf("not JSON: %s", line)
			}
		}
		pass(10 * time.Second) // until the rate is 0
		o.take()
		pass(time.Minute)
		if got := o.take(); got != "" {
			t.Errorf("a stall goes on to be told:\n%s", got)
		}
		r.Close()
	})
}
