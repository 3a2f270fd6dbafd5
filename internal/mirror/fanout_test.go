package mirror

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"ecrmirror/internal/chunked"
)

const never = time.Hour

// window is the limit of the fanouts in these tests, in bytes.
const window = 4 * copiedSize

// fanoutOf returns a fanout whose stream is not waited for.
func fanoutOf(t *testing.T, abandoned func()) *fanout {
	f := newFanout(window, abandoned)
	t.Cleanup(func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.held != 0 {
			t.Errorf("%d bytes held in the end", f.held)
		}
	})
	return f
}

// streamOf returns a reader's bytes as pieces.
func streamOf(r io.Reader) stream {
	return newStream(context.Background(), r, chunked.NewBudget(2*window).Join(), never, nil, new(atomic.Int64))
}

func content(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7 / 5)
	}
	return b
}

// The sizes that matter: around a slot, and around the window.
var fanoutSizes = []int{0, 1, copiedSize - 1, copiedSize, copiedSize + 1, window, window + 1, 9*copiedSize + 7}

func TestFanoutGivesEverySinkTheStream(t *testing.T) {
	for _, size := range fanoutSizes {
		want := content(size)
		f := fanoutOf(t, func() {})
		var wg sync.WaitGroup
		for i := range 4 {
			s := f.add(never, func() { t.Error("stalled") })
			wg.Go(func() {
				defer s.Close()
				var r io.Reader = s
				if i == 1 {
					r = iotest.OneByteReader(io.LimitReader(s, 1<<16)) // a slow one
					got, _ := io.ReadAll(r)
					if !bytes.HasPrefix(want, got) {
						t.Errorf("%d bytes: slow sink got other content", size)
					}
					r = s
					rest, err := io.ReadAll(r)
					if err != nil || !bytes.Equal(append(got, rest...), want) {
						t.Errorf("%d bytes: slow sink got %d, %v", size, len(got)+len(rest), err)
					}
					return
				}
				got, err := io.ReadAll(r)
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("%d bytes: sink %d got %d, %v", size, i, len(got), err)
				}
			})
		}
		if err := f.run(streamOf(iotest.HalfReader(bytes.NewReader(want)))); err != nil {
			t.Errorf("%d bytes: run: %v", size, err)
		}
		wg.Wait()
	}
}

func TestSinkIsAReader(t *testing.T) {
	want := content(2*copiedSize + 100)
	f := fanoutOf(t, func() {})
	s := f.add(never, func() {})
	defer s.Close()
	go f.run(streamOf(bytes.NewReader(want)))
	if err := iotest.TestReader(s, want); err != nil {
		t.Error(err)
	}
}

// A stream that breaks must never look like one that has ended, whatever its error.
func TestFanoutBreaksWithTheSourcesError(t *testing.T) {
	boom := errors.New("boom")
	for _, cause := range []error{boom, io.ErrUnexpectedEOF} {
		for _, size := range fanoutSizes {
			f := fanoutOf(t, func() {})
			s := f.add(never, func() {})
			done := make(chan error, 1)
			go func() {
				_, err := io.Copy(io.Discard, s)
				s.Close()
				done <- err
			}()
			err := f.run(streamOf(io.MultiReader(bytes.NewReader(content(size)), iotest.ErrReader(cause))))
			if got := <-done; !errors.Is(got, cause) || !errors.Is(err, cause) {
				t.Errorf("%v after %d bytes: the sink got %v, run gave %v", cause, size, got, err)
			}
			if !f.broken() {
				t.Errorf("%v after %d bytes: not broken", cause, size)
			}
		}
	}
}

func TestFanoutGoesOnWithoutASinkThatCloses(t *testing.T) {
	want := content(20 * copiedSize)
	f := fanoutOf(t, func() {})
	quits, stays := f.add(never, func() {}), f.add(never, func() {})
	go func() {
		_, _ = io.CopyN(io.Discard, quits, rand.Int64N(int64(len(want))))
		quits.Close()
	}()
	go f.run(streamOf(bytes.NewReader(want)))
	got, err := io.ReadAll(stays)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("the other sink got %d bytes, %v", len(got), err)
	}
}

// The bytes being copied stay as they are though the sink is closed meanwhile; the race detector watches, too.
func TestSinkMayBeClosedWhileItIsRead(t *testing.T) {
	want := content(20 * copiedSize)
	f := fanoutOf(t, func() { t.Error("abandoned") })
	quits, stays := f.add(never, func() {}), f.add(never, func() {})
	var wg sync.WaitGroup
	wg.Go(func() { _ = f.run(streamOf(bytes.NewReader(want))) })
	held, err := quits.begin()
	if err != nil {
		t.Fatal(err)
	}
	quits.Close()
	if _, err := io.CopyN(io.Discard, stays, window); err != nil {
		t.Error(err)
	}
	for range 200 {
		runtime.Gosched() // whoever would change it has a turn
		if !bytes.Equal(held, want[:copiedSize]) {
			t.Fatal("the slot changed while it was read")
		}
	}
	quits.end(len(held))
	if n, err := io.Copy(io.Discard, stays); err != nil || n != int64(len(want)-window) {
		t.Errorf("the other sink got %d bytes more, %v", n, err)
	}
	wg.Wait()
}

func TestFanoutStopsWithoutSinks(t *testing.T) {
	f := fanoutOf(t, func() {})
	s := f.add(never, func() {})
	s.Close()
	src := &countingReader{r: rand.NewChaCha8([32]byte{})} // endless
	if err := f.run(streamOf(src)); !errors.Is(err, errNoSinks) {
		t.Errorf("run: %v", err)
	}
	if src.n != 0 {
		t.Errorf("%d bytes read for nobody", src.n)
	}
}

func TestSinkThatIsNotReadIsLeftBehind(t *testing.T) {
	want := content(20 * copiedSize)
	f := fanoutOf(t, func() {})
	stalled := make(chan struct{})
	sleeper := f.add(time.Millisecond, func() { close(stalled) })
	reader := f.add(never, func() {})
	go f.run(streamOf(bytes.NewReader(want)))
	got, err := io.ReadAll(reader)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("the other sink got %d bytes, %v", len(got), err)
	}
	<-stalled
	if _, err := sleeper.Read(make([]byte, 1)); !errors.Is(err, ErrStalled) {
		t.Errorf("the sink left behind reads %v", err)
	}
}

// A sink that waits for the stream is not the one that stalls.
func TestSinkMayWaitForTheStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // so that a busy machine stalls nothing
		f := fanoutOf(t, func() {})
		s := f.add(20*time.Millisecond, func() { t.Error("stalled") })
		pr, pw := io.Pipe()
		go f.run(streamOf(pr))
		waiting := time.AfterFunc(100*time.Millisecond, func() {
			_, _ = pw.Write([]byte("late"))
			pw.Close()
		})
		defer waiting.Stop()
		got, err := io.ReadAll(s)
		s.Close()
		if err != nil || string(got) != "late" {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
