package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// A sample is this process at rest: no image is on its way.
type sample struct {
	Name        string  `json:"name,omitempty"` // begin or end: nothing is open
	Images      int     `json:"images"`         // mirrored by now
	Seconds     float64 `json:"seconds"`        // since the beginning
	RSS         int64   `json:"rss"`            // resident, in bytes
	Anonymous   int64   `json:"anonymous"`      // of these, what is no file's, as the program itself is
	Heap        int64   `json:"heap"`           // live on the heap, in bytes
	Goroutines  int     `json:"goroutines"`
	Descriptors int     `json:"descriptors"`
}

// A result is what a run came to.
type result struct {
	Machine    string   `json:"machine"`
	Images     int      `json:"images"`
	Mirrors    int      `json:"mirrors"`
	Jobs       int      `json:"jobs"` // that the controller submitted
	Sweeps     int      `json:"sweeps"`
	Retried    int      `json:"retried"`    // events and sweeps
	FaultsFrom int      `json:"faultsFrom"` // image
	FaultsTo   int      `json:"faultsTo"`
	Broken     int64    `json:"broken"` // calls
	Seconds    float64  `json:"seconds"`
	PeakRSS    int64    `json:"peakRSS"`
	Samples    []sample `json:"samples"`

	Again int64 `json:"again"` // mirrors, beside the first attempt

	began    time.Time
	attempts atomic.Int64 // of mirrors, beside the first
}

func (r *result) again() { r.attempts.Add(1) }

// measure takes a sample, after garbage is collected; where nothing is open, free memory is given back to the
// system too, which otherwise takes minutes. It waits, for a second at most, until what was closed is gone.
func (s *soak) measure(name string, images int) error {
	r := &s.result
	if r.began.IsZero() {
		r.began = time.Now()
	}
	m := sample{Name: name, Images: images, Seconds: time.Since(r.began).Seconds()}
	wanted := 0
	if name == "end" {
		wanted = r.Samples[0].Goroutines
	}
	m.Goroutines = settled(wanted)
	runtime.GC()
	if name != "" {
		runtime.GC() // what pools keep goes the second time
		debug.FreeOSMemory()
	}
	err := m.read()
	if err != nil {
		return err
	}
	if r.PeakRSS, err = status("VmHWM"); err != nil {
		return err
	}
	r.Samples, r.Again = append(r.Samples, m), r.attempts.Load()
	_, err = fmt.Fprintf(s.stderr,
		"%5d images  %6.1f s  %6.1f MiB resident  %5.1f MiB live  %3d goroutines  %3d descriptors  %d retried\n",
		m.Images, m.Seconds, mib(m.RSS), mib(m.Heap), m.Goroutines, m.Descriptors, r.Again)
	return err
}

// read notes how much memory and how many descriptors this process has.
func (s *sample) read() (err error) {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	s.Heap = int64(memory.HeapAlloc)
	if s.RSS, err = status("VmRSS"); err != nil {
		return err
	}
	if s.Anonymous, err = status("RssAnon"); err != nil {
		return err
	}
	descriptors, err := os.ReadDir("/proc/self/fd")
	s.Descriptors = len(descriptors) - 1 // the directory itself
	return err
}

// settled returns the number of goroutines, once it is the wanted one or has not changed for some time.
func settled(wanted int) int {
	last, since := 0, time.Now()
	ticks := time.NewTicker(10 * time.Millisecond)
	defer ticks.Stop()
	for began := time.Now(); ; <-ticks.C {
		n := runtime.NumGoroutine()
		if n != last {
			last, since = n, time.Now()
		}
		if n <= wanted || time.Since(since) > 200*time.Millisecond || time.Since(began) > time.Second {
			return n
		}
	}
}

// status returns a size, in bytes, that the kernel tells of this process.
func status(name string) (int64, error) {
	file, err := os.Open("/proc/self/status")
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), name+":"); ok {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(value, "kB")), 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.New("the system does not tell " + name)
}

// What may be more at the end than at the beginning, where nothing leaks. What the program is made of is not
// resident before it is used: that is what memory gets more of.
const (
	spareHeap = 4 << 20
	spareRSS  = 24 << 20
	spare     = 2 // goroutines, descriptors

	// The budget keeps buffers for the next image: as many as were in use at a time, and the more images there
	// were, the more that was at some time, up to one for each layer on its way.
	spareBuffers = 24 << 20
)

// grown returns an error if something is more at the end than at the beginning, or memory than it was long before.
func (r *result) grown() error {
	begin, half, end := r.Samples[0], r.half(), r.Samples[len(r.Samples)-1]
	var errs []error
	more := func(what string, is, was, spare int64) {
		if is > was+spare {
			errs = append(errs, fmt.Errorf("%s: %d, and %d before", what, is, was))
		}
	}
	more("goroutines", int64(end.Goroutines), int64(begin.Goroutines), spare)
	more("descriptors", int64(end.Descriptors), int64(begin.Descriptors), spare)
	more("bytes live on the heap", end.Heap, begin.Heap, spareHeap)
	more("bytes resident", end.RSS, begin.RSS, spareRSS)
	for _, s := range r.Samples {
		if s.Images > half.Images {
			more(fmt.Sprintf("bytes live on the heap after %d images", s.Images), s.Heap, half.Heap, spareBuffers)
			more(fmt.Sprintf("bytes resident after %d images", s.Images), s.RSS, half.RSS, spareBuffers)
		}
	}
	return errors.Join(errs...)
}

// half is the sample after half of the images.
func (r *result) half() sample {
	for _, s := range r.Samples {
		if s.Images*2 >= r.Images {
			return s
		}
	}
	return r.Samples[0]
}

func mib(n int64) float64 { return float64(n) / (1 << 20) }
