package jobledger

import (
	"context"
	"sync"
)

// A Recorder writes outcomes while the copy of other images goes on: none waits for the ledger. It is safe for
// concurrent use.
type Recorder struct {
	write func([]Record)

	work    sync.WaitGroup
	mu      sync.Mutex
	left    []Record
	writing bool
}

// Recorder returns a Recorder that writes as [Ledger.Write] does. The caller closes it.
func (l *Ledger) Recorder(ctx context.Context) *Recorder {
	return &Recorder{write: func(records []Record) { l.Write(ctx, records) }}
}

// Add has records written, and returns at once. What comes while others are being written is written together.
func (r *Recorder) Add(records []Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left = append(r.left, records...)
	if !r.writing && len(r.left) > 0 {
		r.writing = true
		r.work.Go(r.run)
	}
}

// Close returns when all is written, or has failed: after some seconds, however many records there are. Nothing is
// added afterwards.
func (r *Recorder) Close() { r.work.Wait() }

func (r *Recorder) run() {
	for records := r.take(); len(records) > 0; records = r.take() {
		r.write(records)
	}
}

// take returns what is to be written.
func (r *Recorder) take() []Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	records := r.left
	r.left, r.writing = nil, len(records) > 0
	return records
}
