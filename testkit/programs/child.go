package programs

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

// Used is what a program used, as testkit/measure reports it.
type Used struct {
	Begin   int64         `json:"begin"` // Unix time in nanoseconds
	End     int64         `json:"end"`
	CPU     time.Duration `json:"cpu"`
	PeakRSS int64         `json:"peakRSS"` // bytes
	Exit    int           `json:"exit"`    // code; -1 if a signal ended it
}

// Total is what several processes used that ran at once.
type Total struct {
	Wall, CPU time.Duration
	PeakRSS   int64 // bytes, the sum
}

// RunAll runs the commands at once by the program measure and returns when all have ended. It ends
// all of them, and whatever they started, when ctx ends. A command that fails is an error.
func RunAll(ctx context.Context, measure string, environment []string, commands [][]string) (Total, error) {
	results := make([]Used, len(commands))
	errs := make([]error, len(commands))
	var wg sync.WaitGroup
	for i, command := range commands {
		wg.Go(func() {
			var output string
			results[i], output, errs[i] = Run(ctx, measure, environment, command)
			if errs[i] == nil && results[i].Exit != 0 {
				errs[i] = fmt.Errorf("exit code %d: %s", results[i].Exit, output)
			}
		})
	}
	wg.Wait()
	var t Total
	begin, end := results[0].Begin, results[0].End
	for i, r := range results {
		if errs[i] != nil {
			return Total{}, errs[i]
		}
		begin, end = min(begin, r.Begin), max(end, r.End)
		t.CPU += r.CPU
		t.PeakRSS += r.PeakRSS
	}
	t.Wall = time.Duration(end - begin)
	return t, nil
}

// Run runs a command by the program measure, and returns what it used and the end of what it printed.
// An error says that it did not run to its end; its exit code is no error.
func Run(ctx context.Context, measure string, environment, command []string) (Used, string, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return Used{}, "", err
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
		return Used{}, "", err
	}
	_ = writer.Close()
	report, readErr := io.ReadAll(reader)
	waitErr := child.Wait()
	if ctx.Err() != nil {
		return Used{}, output.String(), fmt.Errorf("ended before it was done: %w", context.Cause(ctx))
	}
	var u Used
	switch {
	case waitErr != nil:
		return Used{}, output.String(), fmt.Errorf("%w: %s", waitErr, output.String())
	case readErr != nil:
		return Used{}, output.String(), readErr
	}
	if err := json.Unmarshal(report, &u); err != nil {
		return Used{}, output.String(), fmt.Errorf("reading what a process used: %w", err)
	}
	return u, output.String(), nil
}

// A tail keeps the end of what is written to it, for error messages.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

const tailSize = 8 << 10

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
