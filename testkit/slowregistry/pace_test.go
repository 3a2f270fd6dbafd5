package slowregistry

import (
	"bytes"
	"context"
	"testing"
	"time"
)

func TestPacer(t *testing.T) {
	begin := time.Unix(1000, 0)
	at := func(ms int) time.Time { return begin.Add(time.Duration(ms) * time.Millisecond) }
	p := pacer{rate: 64 << 20, next: begin} // a piece each 1/1024 s
	const piece = time.Second / 1024
	tests := []struct {
		name string
		now  time.Time
		n    int
		want time.Time
	}{
		{"the first is due when it has gone over the line", begin, pieceSize, begin.Add(piece)},
		{"handed in early, the next follows it", begin, pieceSize, begin.Add(2 * piece)},
		{"a bit late, it catches up", begin.Add(4 * piece), pieceSize, begin.Add(3 * piece)},
		{"half a piece takes half the time", begin.Add(4 * piece), pieceSize / 2, begin.Add(3*piece + piece/2)},
		{"very late, it catches up a few pieces only", at(5000), pieceSize, at(5000).Add(-3 * piece)},
	}
	for _, test := range tests {
		if got := p.due(test.now, test.n); got.Sub(test.want).Abs() > time.Microsecond {
			t.Errorf("%s: %s, want %s", test.name, got.Sub(begin), test.want.Sub(begin))
		}
	}
}

func TestSharedPacerDividesTheRate(t *testing.T) {
	p := newSharedPacer(1 << 20)
	now := time.Unix(1000, 0)
	var last time.Time
	for range 4 * 16 { // 4 MiB in pieces, from whomever
		last = p.due(now, pieceSize)
	}
	late := p.pacer.duration(catchUp)
	if want := now.Add(4*time.Second - late); last.Sub(want).Abs() > time.Millisecond {
		t.Errorf("%s after the begin, want %s", last.Sub(now), want.Sub(now))
	}
}

// A reply never gets ahead of its rate: whenever so many bytes are out, so much time has passed.
func TestSendKeepsToTheRate(t *testing.T) {
	s := &Server{opts: Options{Rate: 8 << 20}, images: NewImages()}
	l := layer{block: s.images.block, seed: 1, size: 1 << 20}
	begin := time.Now()
	w := &ahead{t: t, begin: begin, rate: 8 << 20}
	if n := s.send(t.Context(), w, l, span{1000, l.size}, begin); n != l.size-1000 || w.n != n {
		t.Errorf("%d bytes, %d written", n, w.n)
	}
}

type ahead struct {
	t     *testing.T
	begin time.Time
	rate  int64
	n     int64
}

func (a *ahead) Write(p []byte) (int, error) {
	a.n += int64(len(p))
	passed := time.Since(a.begin)
	if allowed := int64(passed.Seconds()*float64(a.rate)) + 1; a.n > allowed {
		a.t.Errorf("%d bytes after %s", a.n, passed)
	}
	return len(p), nil
}

func TestSendEndsWithItsContext(t *testing.T) {
	s := &Server{opts: Options{Rate: 1}, images: NewImages()}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var b bytes.Buffer
	if n := s.send(ctx, &b, layer{block: s.images.block, size: 1 << 20}, span{0, 1 << 20}, time.Now()); n != 0 ||
		b.Len() != 0 {
		t.Errorf("%d bytes", n)
	}
}

// No piece comes twice in a layer of 32 GiB, whatever the seed.
func TestALayerVisitsEveryPosition(t *testing.T) {
	for seed := range uint64(3) {
		l := layer{block: make([]byte, blockSize+pieceSize), seed: seed, size: positions * pieceSize}
		seen := map[*byte]bool{}
		for off := int64(pieceSize); off < l.size; off += pieceSize {
			seen[&l.at(off)[0]] = true
		}
		if len(seen) != positions-1 {
			t.Errorf("seed %d: %d of %d positions", seed, len(seen), positions-1)
		}
	}
}
