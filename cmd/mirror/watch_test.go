package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/spf13/pflag"

	"ecrmirror/internal/ledgerstore"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/syncmetrics"
	"ecrmirror/testkit/registrytest"
)

// push pushes a small image.
func push(t *testing.T, image string) {
	t.Helper()
	ref, err := name.ParseReference(image)
	if err != nil {
		t.Fatal(err)
	}
	img, err := random.Image(1000, 2)
	if err == nil {
		err = remote.Write(ref, img)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// lines counts the lines that are written to it, and calls each after so many.
type lines struct {
	n    int
	each func(n int)
}

func (l *lines) Write(p []byte) (int, error) {
	for range strings.Count(string(p), "\n") {
		l.n++
		l.each(l.n)
	}
	return len(p), nil
}

// watcher returns a watch over an image and a selection, as the command line makes it, but for how long it waits.
func watcher(t *testing.T, out io.Writer) *session {
	t.Helper()
	from, to := registrytest.Start(t), registrytest.Start(t)
	for _, image := range []string{"app:1.0.0", "app:1.1.0", "one:1"} {
		push(t, from+"/"+image)
	}
	file := filepath.Join(t.TempDir(), "entries.yaml")
	content := fmt.Sprintf("entries:\n"+
		"- {source: %[1]s/app, destinations: %[2]s/app, tags: [{version: '>=1'}]}\n"+
		"- {source: '%[1]s/one:1', destinations: '%[2]s/one:1'}\n", from, to)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	var s syncing
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	s.addFlags(flags, func(string) string { return "" })
	if err := flags.Parse([]string{"--quiet"}); err != nil {
		t.Fatal(err)
	}
	s.files.Paths, s.watch = []string{file}, time.Microsecond
	store, err := ledgerstore.Open(t.Context(), filepath.Join(t.TempDir(), "ledger"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return &session{
		syncing: &s, std: streams{strings.NewReader(""), out, io.Discard}, store: store,
		log: printable.TextLog(io.Discard, slog.LevelWarn),
	}
}

// held is what the process holds.
type held struct {
	goroutines, descriptors int
	live                    int64 // bytes of memory that are reachable
}

func measure(t *testing.T) held {
	t.Helper()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	descriptors, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skipf("descriptors are not counted here: %v", err)
	}
	return held{runtime.NumGoroutine(), len(descriptors), int64(m.HeapAlloc)} //nolint:gosec // far less
}

// A watch over entries that do not change holds after many rounds what it held after a few: ECRMIRROR_ROUNDS says how
// many, 60 by default.
func TestRoundsOfAWatchEndWhereTheyBegan(t *testing.T) {
	const few = 20
	many := 60
	if n, err := strconv.Atoi(os.Getenv("ECRMIRROR_ROUNDS")); err == nil {
		many = n
	}
	ctx, end := context.WithCancel(t.Context())
	var first, last held
	out := &lines{each: func(n int) { // a line for each round but the first, which copies
		switch n {
		case few:
			first = measure(t)
		case many:
			last = measure(t)
			end()
		}
	}}
	s := watcher(t, out)
	if err := s.rounds(ctx, syncmetrics.New(time.Minute)); ctx.Err() == nil {
		t.Fatal(err)
	}
	t.Logf("after %d rounds %+v, after %d %+v", few, first, many, last)
	const slack = 8 // goroutines and descriptors of connections that are just being closed
	if last.goroutines > first.goroutines+slack || last.descriptors > first.descriptors+slack {
		t.Errorf("after %d rounds %+v, after %d %+v", few, first, many, last)
	}
	if grown := last.live - first.live; grown > 2<<20 {
		t.Errorf("%d bytes more after %d rounds than after %d", grown, many, few)
	}
}

// A round that can't be done is told, and the next one is.
func TestAWatchGoesOnAfterARoundThatFailed(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	var s *session
	var content []byte
	failed := 0
	out := &lines{each: func(n int) {
		switch n {
		case 4: // 3 copies and the counts of the first round
			if err := os.WriteFile(s.files.Paths[0], []byte("entries: 7\n"), 0o600); err != nil {
				t.Error(err)
			}
		case 5:
			end()
		}
	}}
	s = watcher(t, out)
	content, err := os.ReadFile(s.files.Paths[0])
	if err != nil {
		t.Fatal(err)
	}
	s.log = printable.TextLog(&lines{each: func(int) {
		failed++
		if err := os.WriteFile(s.files.Paths[0], content, 0o600); err != nil {
			t.Error(err)
		}
	}}, slog.LevelWarn)
	if err := s.rounds(ctx, syncmetrics.New(time.Minute)); ctx.Err() == nil {
		t.Fatal(err)
	}
	if failed != 1 || out.n != 5 {
		t.Errorf("%d rounds failed, %d lines", failed, out.n)
	}
}
