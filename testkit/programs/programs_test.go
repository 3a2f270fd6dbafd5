package programs

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCommandsOfPeers(t *testing.T) {
	job := Copy{
		Path: "P", Home: "/home", Setting: Wide, Source: "127.0.0.1:1/a:1",
		Destinations: []string{"127.0.0.1:2/b:1", "127.0.0.1:2/c:1"},
	}
	for _, p := range known() {
		commands := p.Commands(job)
		if len(commands) != 2 || commands[0][0] != "P" || slices.Equal(commands[0], commands[1]) {
			t.Errorf("%s: %v", p.Name, commands)
		}
	}
	job.Budget = "16MiB"
	if got := Mirror(job); len(got) != 1 || strings.Join(got[0],
		" ") != "P 127.0.0.1:1/a:1 --memory-budget 16MiB 127.0.0.1:2/b:1 127.0.0.1:2/c:1" {
		t.Errorf("mirror: %v", got)
	}
	if got := hosts(job); !slices.Equal(got, []string{"127.0.0.1:1", "127.0.0.1:2"}) {
		t.Errorf("hosts %v", got)
	}
}

func measureFor(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "measure")
	if err := GoBuild(t.Context(), path, "ecrmirror/testkit/measure"); err != nil {
		t.Fatal(err)
	}
	return path
}

// The peak of a small program is its own, however large this process is.
func TestPeakIsTheProgramsOwn(t *testing.T) {
	measure := measureFor(t)
	ballast := make([]byte, 256<<20)
	for i := range ballast {
		ballast[i] = 1
	}
	got, err := RunAll(t.Context(), measure, nil, [][]string{{"/bin/sh", "-c", "true"}})
	runtime.KeepAlive(ballast)
	if err != nil {
		t.Fatal(err)
	}
	if got.PeakRSS <= 0 || got.PeakRSS > 32<<20 || got.Wall <= 0 {
		t.Errorf("%+v", got)
	}
}

func TestFailuresOfProgramsAreTold(t *testing.T) {
	measure := measureFor(t)
	_, err := RunAll(t.Context(), measure, nil, [][]string{
		{"/bin/sh", "-c", "true"}, {"/bin/sh", "-c", "echo broken >&2; exit 3"},
	})
	if err == nil || err.Error() != "exit code 3: broken" {
		t.Errorf("%v", err)
	}
	if _, err := RunAll(t.Context(), measure, nil, [][]string{{"/nowhere/program"}}); err == nil {
		t.Error("a program that is not there ran")
	}
}

// An interrupt ends programs, and what they have started.
func TestInterruptEndsPrograms(t *testing.T) {
	measure := measureFor(t)
	fifo := filepath.Join(t.TempDir(), "running")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := RunAll(ctx, measure, []string{"PATH=/usr/bin:/bin"},
			[][]string{{"/bin/sh", "-c", "sleep 1000 & echo >" + fifo + "; wait"}})
		ended <- err
	}()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		if _, err := os.Stat(fifo); err == nil {
			break
		}
	}
	cancel()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("it ended well")
		}
	case <-time.After(2 * time.Minute):
		t.Error("it goes on")
	}
}
