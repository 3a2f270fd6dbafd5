package chunked

import (
	"math"
	"sync"
	"time"
)

// Widths of a Pace: requests in flight.
const (
	minWidth   = 4
	firstWidth = 24
	maxWidth   = 40
)

// A Pace says how many requests for chunks are in flight at one time to one place, such as a host,
// by all readers together, and learns it from what they deliver: as long as a request takes no
// longer beside many than beside few, each connection has a limit of its own and more of them
// deliver more. Where requests slow each other down, the link is full, or this machine is busy, and
// more of them only cost. It is safe for concurrent use.
//
// The rule is that of TCP Vegas for its window, with a tolerance for connections that differ: the
// width is what makes a request take twice the time of the fastest.
type Pace struct {
	mu       sync.Mutex
	width    float64
	inFlight int
	samples  int
	fastest  timing // the least seen of each, forgotten slowly
	typical  timing // the average
	streams  int    // that are read to their blobs' ends, without chunks
}

// A timing is what a request takes: seconds to the first byte, and for each one after.
type timing struct{ latency, perByte float64 }

func (t timing) of(n int64) float64 { return t.latency + t.perByte*float64(n) }

// NewPace returns a pace that knows nothing yet.
func NewPace() *Pace { return &Pace{width: firstWidth} }

// tolerance is how much longer than the fastest a request may take without a sign that there are
// too many.
const tolerance = 2

// patientSamples is how many requests must have been answered before one is slow beside them.
const patientSamples = 8

// begin counts a request in, if there is room for it; the one that a reader can't do without is
// always let in.
func (p *Pace) begin(needed bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !needed && float64(p.inFlight) >= p.width {
		return false
	}
	p.inFlight++
	return true
}

// end counts a request out.
func (p *Pace) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inFlight--
}

// learn takes note of a request that delivered n bytes.
func (p *Pace) learn(n int64, latency, transfer time.Duration) {
	if n < minPooled {
		return // too short to tell
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := timing{latency.Seconds(), transfer.Seconds() / float64(n)}
	p.samples++
	if p.samples == 1 {
		p.fastest, p.typical = seen, seen
	}
	p.fastest.latency = least(p.fastest.latency, seen.latency)
	p.fastest.perByte = least(p.fastest.perByte, seen.perByte)
	p.typical.latency += (seen.latency - p.typical.latency) / 8
	p.typical.perByte += (seen.perByte - p.typical.perByte) / 8
	slowdown := tolerance * p.fastest.of(n) / seen.of(n)
	target := p.width*min(1, max(0.5, slowdown)) + math.Sqrt(p.width)
	if target > p.width && float64(p.inFlight) < p.width/2 {
		return // nobody asked for as much
	}
	p.width = min(maxWidth, max(minWidth, p.width+(target-p.width)/5))
}

// unanswered takes note of a request that was given up as slow after so long. Otherwise, where all
// have become slow, none would ever be waited for long enough to be learned from.
func (p *Pace) unanswered(after time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.typical.latency += max(0, after.Seconds()-p.typical.latency) / 8
}

// least keeps the lesser, and lets go of it slowly.
func least(kept, seen float64) float64 {
	if seen < kept {
		return seen
	}
	return kept + (seen-kept)/1000
}

// slower takes note that the other side asks for fewer requests.
func (p *Pace) slower() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.width = max(minWidth, p.width/2)
}

// patience returns how long a request for n bytes may deliver nothing before it is slow beside the
// others, or 0 if there are too few to tell.
func (p *Pace) patience(n int64) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.samples < patientSamples {
		return 0
	}
	const least, times = 500 * time.Millisecond, 8
	return max(least, time.Duration(times*p.typical.of(n)*float64(time.Second)))
}

// Where a single stream is as fast as this machine can use it, a blob is read by one plain stream:
// ranges beside it only cost.
const (
	// plainPerByte is what a byte of a chunk takes at most, in seconds, where that is so: 170 MB/s.
	// Object stores across a network give half of that on a connection.
	plainPerByte = 6e-9
	// plainRate is what all such streams together deliver at least, in bytes a second, or they give
	// way to chunks.
	plainRate = 60e6
	// plainLook is how often, in bytes, a stream's rate is looked at.
	plainLook = 4 << 20
)

// plain reports whether a single stream does as well as many.
func (p *Pace) plain() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.samples >= patientSamples && p.typical.perByte < plainPerByte
}

// crowded reports whether as much is under way as there is room for, by chunks and by streams.
func (p *Pace) crowded() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return float64(p.inFlight+p.streams) >= p.width
}

// streaming counts plain streams.
func (p *Pace) streaming(more int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.streams += more
}

// keepsUp reports whether a stream that delivered n bytes while it was waited for so long is fast
// enough for its share. If not, chunks are tried for a while.
func (p *Pace) keepsUp(n int64, waited time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	perByte := waited.Seconds() / float64(n)
	if perByte*plainRate <= float64(p.streams) {
		return true
	}
	p.typical.perByte = max(perByte, 2*plainPerByte)
	return false
}
