package progress

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPlain(t *testing.T) {
	a, b := blobOf("a"), blobOf("b")
	for _, c := range []struct {
		name string
		copy func(r *Reporter)
		want string
	}{
		{"nothing to do", func(*Reporter) { pass(time.Minute) }, ""},
		{"quick", func(r *Reporter) {
			r.Image("src", 2, 1, 2, 2*mib)
			r.BlobStarted(a, 2*mib, 2)
			r.BlobRead(a, 2*mib)
			pass(9 * time.Second)
			r.BlobDone(a, 2*mib, nil)
			r.Done("r.io/b:1", errBroken)
		}, ""},
		{"a summary every ten seconds", func(r *Reporter) {
			r.Image("src", 1, 1, 8, 512*mib)
			r.BlobStarted(a, 300*mib, 1)
			for range 25 {
				r.BlobRead(a, 10*mib)
				pass(time.Second)
			}
			r.BlobDone(a, 300*mib, nil)
			pass(5 * time.Second)
		}, lines(
			"copied 0 of 8 blobs, 100.0 MiB of 512.0 MiB (19%), 10.0 MiB/s, 42 s left",
			"copied 0 of 8 blobs, 200.0 MiB of 512.0 MiB (39%), 10.0 MiB/s, 32 s left",
			"copied 1 of 8 blobs, 300.0 MiB of 512.0 MiB (58%), 0 B/s",
			"copied 1 of 8 blobs, 300.0 MiB in 30.0 s, 8.3 MiB/s")},
		{"a stall is told once", func(r *Reporter) {
			r.Image("src", 1, 1, 1, 8*mib)
			r.BlobStarted(a, 8*mib, 1)
			r.BlobRead(a, 4*mib)
			pass(2 * time.Minute)
		}, lines(
			"copied 0 of 1 blob, 4.0 MiB of 8.0 MiB (50%), 0 B/s",
			"copied 0 of 1 blob, 4.0 MiB in 2 min 0 s, 34.1 KiB/s")},
		{"long blobs and failures", func(r *Reporter) {
			r.Image("src", 2, 1, 3, 12*mib)
			r.BlobStarted(a, 8*mib, 2)
			r.BlobStarted(b, 4*mib, 2)
			r.BlobRead(a, 8*mib)
			r.BlobRead(b, mib)
			pass(40 * time.Second)
			r.BlobDone(a, 8*mib, nil)
			r.BlobDone(b, 4*mib, errBroken)
			r.Done("r.io/b:1", errBroken)
			pass(time.Second)
			r.Done("r.io/a:1", errBroken) // the result says so at once
		}, lines(
			"copied 0 of 3 blobs, 9.0 MiB of 12.0 MiB (75%), 0 B/s",
			"copied blob "+short(a)+", 8.0 MiB in 40.0 s, 204.8 KiB/s",
			"failed blob "+short(b)+" after 40.0 s",
			"failed destination r.io/b:1",
			"copied 1 of 3 blobs (1 failed), 9.0 MiB of 9.0 MiB (100%), 0 B/s",
			"copied 1 of 3 blobs (1 failed), 9.0 MiB in 41.0 s, 224.8 KiB/s")},
		{"one is set aside", func(r *Reporter) {
			r.Image("src", 2, 1, 1, 8*mib)
			r.BlobStarted(a, 8*mib, 2)
			r.BlobRead(a, 8*mib)
			r.SetAside("r.io/b:1")
			pass(time.Second)
			r.BlobDone(a, 8*mib, nil)
		}, lines(
			"set aside destination r.io/b:1: it held up faster ones, and what it lacks is read again for it",
			"copied 1 of 1 blob, 8.0 MiB in 1.0 s, 8.0 MiB/s")},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := &recorded{}
				r := start(t.Context(), newPlain(o))
				c.copy(r)
				r.Close()
				if diff := cmp.Diff(c.want, o.take()); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestPlainIsInterrupted stops a copy, of which nothing is called a failure.
func TestPlainIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, interrupt := context.WithCancel(t.Context())
		o := &recorded{}
		r := start(ctx, newPlain(o))
		r.Image("src", 1, 1, 2, 8*mib)
		r.BlobStarted(blobOf("a"), 8*mib, 1)
		r.BlobRead(blobOf("a"), 4*mib)
		pass(40 * time.Second)
		o.take()
		interrupt()
		r.BlobDone(blobOf("a"), 8*mib, errBroken)
		r.Done("r.io/b:1", errBroken)
		pass(time.Second)
		r.Close()
		if got, want := o.take(), "interrupted: copied 0 of 2 blobs, 4.0 MiB in 41.0 s, 99.9 KiB/s\n"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}
