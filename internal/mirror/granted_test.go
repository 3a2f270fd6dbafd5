package mirror_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/mirror/port"
)

// A forgetful registry has lost blobs of its images, and so refuses manifests: as often as it is to.
type forgetful struct {
	*world
	refusals *atomic.Int32
}

type forgetfulDestination struct {
	port.Destination
	refusals *atomic.Int32
}

// A lackError says that layers were not found, for which no other try helps by itself.
type lackError struct{}

func (lackError) Error() string      { return "layers not found" }
func (lackError) LacksContent() bool { return true }

func (f forgetful) Destination(ctx context.Context, n imagename.Name) (port.Destination, error) {
	dest, err := f.world.Destination(ctx, n)
	return forgetfulDestination{dest, f.refusals}, err
}

func (d forgetfulDestination) PutTag(ctx context.Context, n imagename.Name, m port.Manifest) error {
	if n.Tag == "1" && d.refusals.Add(-1) >= 0 {
		return lackError{}
	}
	return d.Destination.PutTag(ctx, n, m)
}

// What another image has brought is looked for once more where it turns out not to be there. One image alone has taken
// nothing for granted.
func TestWhatWasTakenForGrantedIsLookedForAgain(t *testing.T) {
	for _, c := range []struct {
		refusals int32
		alone    bool
		copied   bool
	}{{1, false, true}, {2, false, false}, {1, true, false}} {
		w := newWorld(t)
		w.pushNeighbours("HOST/src", 2)
		var refusals atomic.Int32
		refusals.Store(c.refusals)
		one := mirror.New(forgetful{w, &refusals}, mirror.Options{Images: 1, RetryDelay: time.Millisecond})
		var report *mirror.Report
		if c.alone {
			report = one.CopyImage(t.Context(), w.name("HOST/src:1"), w.names("HOST/a:1")...)
		} else {
			report = copyAll(t, one, w.several("HOST/src", 2, "HOST/a:*"))["1"]
		}
		if (report.Err() == nil) != c.copied || c.copied && w.digest("HOST/a:1") != report.Digest.String() {
			t.Errorf("%+v: %v", c, report.Err())
		}
	}
}
