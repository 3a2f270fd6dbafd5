package fanout

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
	"ecrmirror/internal/mirror/stall"
)

const never = time.Hour

// window is the limit of the fanouts in these tests, in bytes.
const window = 4 * chunked.SequentialSize

// fanoutOf returns a fanout whose stream is not waited for.
func fanoutOf(t *testing.T, abandoned func()) *Fanout {
	f := New(window, new(atomic.Int64), abandoned)
	t.Cleanup(func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.held != 0 {
			t.Errorf("%d bytes held in the end", f.held)
		}
	})
	return f
}

// add adds a sink with a load of its own.
func add(f *Fanout, timeout time.Duration, stalled func()) *Sink {
	return f.Add(Reader{Load: &Load{}, Timeout: timeout, Stalled: stalled})
}

// streamOf returns a reader's bytes as chunks.
func streamOf(r io.Reader) Stream {
	return sequential(context.Background(), r, chunked.NewBudget(2*window).Join())
}

// sequential returns a reader's bytes as chunks in buffers of the share.
func sequential(ctx context.Context, r io.Reader, share *chunked.Share) chunked.Blob {
	s, _ := chunked.OpenSequential(ctx, chunked.Stall{}, func(context.Context) (io.ReadCloser, int64, error) {
		return io.NopCloser(r), -1, nil
	})
	s.Adopt(share, nil)
	return s
}

func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7 / 5)
	}
	return b
}

// The sizes that matter: around a slot, and around the window.
var fanoutSizes = []int{
	0, 1, chunked.SequentialSize - 1, chunked.SequentialSize, chunked.SequentialSize + 1, window, window + 1,
	9*chunked.SequentialSize + 7,
}

func TestFanoutGivesEverySinkTheStream(t *testing.T) {
	for _, size := range fanoutSizes {
		want := pattern(size)
		f := fanoutOf(t, func() {})
		var wg sync.WaitGroup
		for i := range 4 {
			s := add(f, never, func() { t.Error("stalled") })
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
		if err := f.Run(streamOf(iotest.HalfReader(bytes.NewReader(want)))); err != nil {
			t.Errorf("%d bytes: run: %v", size, err)
		}
		wg.Wait()
	}
}

func TestSinkIsAReader(t *testing.T) {
	want := pattern(2*chunked.SequentialSize + 100)
	f := fanoutOf(t, func() {})
	s := add(f, never, func() {})
	defer s.Close()
	go f.Run(streamOf(bytes.NewReader(want)))
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
			s := add(f, never, func() {})
			done := make(chan error, 1)
			go func() {
				_, err := io.Copy(io.Discard, s)
				s.Close()
				done <- err
			}()
			err := f.Run(streamOf(io.MultiReader(bytes.NewReader(pattern(size)), iotest.ErrReader(cause))))
			if got := <-done; !errors.Is(got, cause) || !errors.Is(err, cause) {
				t.Errorf("%v after %d bytes: the sink got %v, run gave %v", cause, size, got, err)
			}
			if !f.Broken() {
				t.Errorf("%v after %d bytes: not broken", cause, size)
			}
		}
	}
}

func TestFanoutGoesOnWithoutASinkThatCloses(t *testing.T) {
	want := pattern(20 * chunked.SequentialSize)
	f := fanoutOf(t, func() {})
	quits, stays := add(f, never, func() {}), add(f, never, func() {})
	go func() {
		_, _ = io.CopyN(io.Discard, quits, rand.Int64N(int64(len(want))))
		quits.Close()
	}()
	go f.Run(streamOf(bytes.NewReader(want)))
	got, err := io.ReadAll(stays)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("the other sink got %d bytes, %v", len(got), err)
	}
}

// The bytes being copied stay as they are though the sink is closed meanwhile; the race detector watches, too.
func TestSinkMayBeClosedWhileItIsRead(t *testing.T) {
	want := pattern(20 * chunked.SequentialSize)
	f := fanoutOf(t, func() { t.Error("abandoned") })
	quits, stays := add(f, never, func() {}), add(f, never, func() {})
	var wg sync.WaitGroup
	wg.Go(func() { _ = f.Run(streamOf(bytes.NewReader(want))) })
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
		if !bytes.Equal(held, want[:chunked.SequentialSize]) {
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
	s := add(f, never, func() {})
	s.Close()
	src := &countingReader{r: rand.NewChaCha8([32]byte{})} // endless
	if err := f.Run(streamOf(src)); !errors.Is(err, ErrNoSinks) {
		t.Errorf("run: %v", err)
	}
	if src.n != 0 {
		t.Errorf("%d bytes read for nobody", src.n)
	}
}

func TestSinkThatIsNotReadIsLeftBehind(t *testing.T) {
	want := pattern(20 * chunked.SequentialSize)
	f := fanoutOf(t, func() {})
	stalled := make(chan struct{})
	sleeper := add(f, time.Millisecond, func() { close(stalled) })
	reader := add(f, never, func() {})
	go f.Run(streamOf(bytes.NewReader(want)))
	got, err := io.ReadAll(reader)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("the other sink got %d bytes, %v", len(got), err)
	}
	<-stalled
	if _, err := sleeper.Read(make([]byte, 1)); !errors.Is(err, stall.ErrStalled) {
		t.Errorf("the sink left behind reads %v", err)
	}
}

// A sink that waits for the stream is not the one that stalls.
func TestSinkMayWaitForTheStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // so that a busy machine stalls nothing
		f := fanoutOf(t, func() {})
		s := add(f, 20*time.Millisecond, func() { t.Error("stalled") })
		pr, pw := io.Pipe()
		go f.Run(streamOf(pr))
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
