package progress

import (
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
)

func TestText(t *testing.T) {
	begin := time.Unix(1000, 0)
	later := begin.Add(settled)
	for _, c := range []struct{ got, want string }{
		{speed(0.9), "0 B/s"},
		{speed(2 << 20), "2.0 MiB/s"},
		{seconds(90 * time.Millisecond), "0.1 s"},
		{seconds(90 * time.Second), "1 min 30 s"},
		{roughly(time.Millisecond), "1 s"},
		{roughly(59*time.Second + 1), "1 min 0 s"},
		{roughly(3599 * time.Second), "59 min 59 s"},
		{roughly(3661 * time.Second), "1 h 2 min"},
		{percent(0, 3), "0%"},
		{percent(2, 3), "66%"},
		{percent(1<<40-1, 1<<40), "99%"},
		{percent(3, 3), "100%"},
		{short(digest.FromString("a")), "ca978112ca1b"},
		{short("sha256:ab"), "ab"},
		{short("nonsense"), "nonsense"},
		{short(""), ""},
		{summary(snapshot{
			started: begin, moved: begin, at: later, blobs: 8, done: 3, size: 512 << 20, bytes: 212 << 20,
			rate: 100 << 20,
		}), "copied 3 of 8 blobs, 212.0 MiB of 512.0 MiB (41%), 100.0 MiB/s, 3 s left"},
		{summary(snapshot{
			started: begin, moved: begin, at: later.Add(-1), blobs: 8, done: 3, size: 512 << 20, bytes: 212 << 20,
			rate: 100 << 20,
		}), "copied 3 of 8 blobs, 212.0 MiB of 512.0 MiB (41%), 100.0 MiB/s"},
		{summary(snapshot{
			started: begin, moved: begin, at: later, blobs: 8, done: 8, size: 512 << 20, bytes: 512 << 20,
			rate: 100 << 20,
		}), "copied 8 of 8 blobs, 512.0 MiB of 512.0 MiB (100%), 100.0 MiB/s"},
		{
			summary(snapshot{started: begin, moved: begin, at: later, blobs: 8, size: 1 << 60, rate: 1}),
			"copied 0 of 8 blobs, 0 B of 1073741824.00 GiB (0%), 1 B/s",
		},
		{summary(snapshot{
			started: begin, moved: later, at: later.Add(settled - 1), blobs: 8, size: 512 << 20, bytes: 212 << 20,
			rate: 100 << 20,
		}), "copied 0 of 8 blobs, 212.0 MiB of 512.0 MiB (41%), 100.0 MiB/s"},
		{summary(snapshot{
			started: begin, moved: begin, at: later, blobs: 8, size: 512 << 20, bytes: 212 << 20, rate: 100,
		}), "copied 0 of 8 blobs, 212.0 MiB of 512.0 MiB (41%), 100 B/s"},
		{conclusion(snapshot{blobs: 1, done: 1, bytes: 10}), "copied 1 of 1 blob, 10 B in 0.0 s"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
