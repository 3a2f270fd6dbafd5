package mirror

import (
	"sync"

	"ecrmirror/internal/mirror/graph"
	"ecrmirror/internal/mirror/lanes"
	"ecrmirror/internal/mirror/port"
)

// An attempt is what the places and the passes of one try at copying share.
type attempt struct {
	images port.Images
	opts   Options

	report   *Report
	origin   *origin
	graph    *graph.Graph
	lanes    *lanes.Lanes
	large    largeTurns // for manifests
	progress *blobProgress

	passes    sync.WaitGroup // of places that were set aside
	manifests sync.WaitGroup // those being put
}
