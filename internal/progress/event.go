package progress

import (
	"slices"
	"time"

	"github.com/opencontainers/go-digest"
)

// A kind says what an event is about. The values are those of the JSON lines.
type kind string

const (
	imageKnown          kind = "image"
	blobStarted         kind = "blobStarted"
	blobDone            kind = "blobDone"
	manifestDone        kind = "manifest"
	destinationSetAside kind = "destinationSetAside"
	destinationDone     kind = "destinationDone"
	totals              kind = "totals"
)

// An event is something that happened once. Which fields count depends on the kind.
type event struct {
	at   time.Time
	kind kind

	source                         string
	destinations, manifests, blobs int

	digest      digest.Digest // of a blob or a manifest
	size        int64         // bytes of the image's blobs, or of one; -1 if unknown
	destination string
	err         error
	interrupted bool // the copy was stopped, err says no more than that

	// Of a blob that is done.
	moved   bool // it was started; otherwise every destination had it
	bytes   int64
	elapsed time.Duration
}

// blobsOf returns those of the events that are about blobs.
func blobsOf(events []event) []event {
	return slices.DeleteFunc(events, func(e event) bool { return e.kind != blobStarted && e.kind != blobDone })
}
