package mirror

import (
	"fmt"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/stall"
)

// A place that has got a blob after all is not given up for it.
func TestABlobThatCameLateIsThere(t *testing.T) {
	var d depot
	d.addLate("sha256:1", &Error{Side: Destination, Err: stall.ErrStalled})
	if d.whyLate("sha256:1") == nil {
		t.Error("it is not late")
	}
	d.addBlob("sha256:1")
	if why := d.whyLate("sha256:1"); why != nil {
		t.Errorf("it is still late: %v", why)
	}
}

// However many blobs the images of a request name, what is remembered of them is bounded; what the last image has is
// remembered.
func TestWhatABatchRemembersIsBounded(t *testing.T) {
	const images, blobs = 8, 46_000 // as many as a manifest can name
	d, p := &depot{}, newBlobProgress(unwatched{})
	for i := range images {
		all := make([]content.Blob, blobs)
		for n := range all {
			all[n] = content.Blob{Digest: digest.Digest(fmt.Sprintf("sha256:%d-%d", i, n)), Size: 1}
		}
		p.started(all[0], 1) // and goes on
		p.image(&Report{}, 1, all)
		for _, blob := range all {
			d.addBlob(blob.Digest)
		}
		if !d.hasBlob(all[blobs-1].Digest) || p.told[all[1].Digest] == nil {
			t.Errorf("%d: forgotten", i)
		}
		if p.told[all[0].Digest].moving != 1 {
			t.Errorf("%d: it does not move", i)
		}
	}
	if len(d.has) > 50_000 || len(p.told) > 100_000 {
		t.Errorf("%d blobs of a place, and %d in all, are remembered", len(d.has), len(p.told))
	}
}
