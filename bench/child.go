package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// used is what bench/measure reports of a program.
type used struct {
	Begin   int64         `json:"begin"` // Unix time in nanoseconds
	End     int64         `json:"end"`
	CPU     time.Duration `json:"cpu"`
	PeakRSS int64         `json:"peakRSS"` // bytes
	Exit    int           `json:"exit"`
}

// total is what several processes used that ran at once.
type total struct {
	wall, cpu time.Duration
	peakRSS   int64
}

// runAll runs the commands at once and returns when all have ended. It ends all of
// them, and whatever they started, when ctx ends.
func runAll(ctx context.Context, measure string, environment []string, commands [][]string) (total, error) {
	results := make([]used, len(commands))
	errs := make([]error, len(commands))
	var wg sync.WaitGroup
	for i, command := range commands {
		wg.Go(func() { results[i], errs[i] = runOne(ctx, measure, environment, command) })
	}
	wg.Wait()
	var t total
	begin, end := results[0].Begin, results[0].End
	for i, r := range results {
		if errs[i] != nil {
			return total{}, errs[i]
		}
		begin, end = min(begin, r.Begin), max(end, r.End)
		t.cpu += r.CPU
		t.peakRSS += r.PeakRSS
	}
	t.wall = time.Duration(end - begin)
	return t, nil
}

func runOne(ctx context.Context, measure string, environment, command []string) (used, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return used{}, err
	}
	defer func() { _ = reader.Close() }()
	var output tail
	child := exec.CommandContext(ctx, measure, command...)
	child.Env = environment
	child.Stdout, child.Stderr = &output, &output
	child.ExtraFiles = []*os.File{writer}
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	child.Cancel = func() error { return syscall.Kill(-child.Process.Pid, syscall.SIGKILL) }
	child.WaitDelay = 5 * time.Second
	if err := child.Start(); err != nil {
		_ = writer.Close()
		return used{}, err
	}
	_ = writer.Close()
	report, readErr := io.ReadAll(reader)
	waitErr := child.Wait()
	if ctx.Err() != nil {
		return used{}, fmt.Errorf("ended before it was done: %w", context.Cause(ctx))
	}
	var u used
	switch {
	case waitErr != nil:
		return used{}, fmt.Errorf("%w: %s", waitErr, output.String())
	case readErr != nil:
		return used{}, readErr
	}
	if err := json.Unmarshal(report, &u); err != nil {
		return used{}, fmt.Errorf("reading what a process used: %w", err)
	}
	if u.Exit != 0 {
		return used{}, fmt.Errorf("exit code %d: %s", u.Exit, output.String())
	}
	return u, nil
}

// A tail keeps the end of what is written to it, for error messages.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

const tailSize = 2 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	if len(t.kept) > 2*tailSize {
		t.kept = append(t.kept[:0], t.kept[len(t.kept)-tailSize:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.kept[max(0, len(t.kept)-tailSize):]))
}
