package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// programs are what is run.
type programs struct{ controller, measure string }

func build(ctx context.Context, dir, controller string) (p programs, err error) {
	p = programs{controller, filepath.Join(dir, "measure")}
	if controller == "" {
		p.controller = filepath.Join(dir, "controller")
		err = goBuild(ctx, p.controller, "ecrmirror/cmd/controller")
	}
	return p, errors.Join(err, goBuild(ctx, p.measure, "ecrmirror/testkit/measure"))
}

func goBuild(ctx context.Context, to, what string) error {
	command := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-trimpath", "-ldflags=-s -w",
		"-tags=containers_image_openpgp", "-o", to, what)
	command.Env = append(command.Environ(), "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", what, err, out)
	}
	return nil
}

// used is what testkit/measure reports of a program, and what that printed.
type used struct {
	Begin   int64         `json:"begin"` // Unix time in nanoseconds
	End     int64         `json:"end"`
	CPU     time.Duration `json:"cpu"`
	PeakRSS int64         `json:"peakRSS"` // bytes
	Exit    int           `json:"exit"`

	stdout string
	stderr int // bytes
}

func (u used) wall() time.Duration { return time.Duration(u.End - u.Begin) }

// sweep runs the controller once.
func (p programs) sweep(ctx context.Context, environment []string) (u used, err error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return u, err
	}
	defer func() { _ = reader.Close() }()
	var stdout, stderr bytes.Buffer
	child := exec.CommandContext(ctx, p.measure, p.controller, "sweep")
	child.Env = append(append(os.Environ(), environment...), "AWS_BATCH_JOB_ID=") //nolint:forbidigo // the program's
	child.Stdout, child.Stderr, child.ExtraFiles = &stdout, &stderr, []*os.File{writer}
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	child.Cancel = func() error { return syscall.Kill(-child.Process.Pid, syscall.SIGKILL) }
	if err := child.Start(); err != nil {
		return u, errors.Join(err, writer.Close())
	}
	_ = writer.Close()
	report, readErr := io.ReadAll(reader)
	if err := errors.Join(child.Wait(), readErr, ctx.Err()); err != nil {
		return u, err
	}
	u.stdout, u.stderr = stdout.String(), stderr.Len()
	if err := json.Unmarshal(report, &u); err != nil {
		return u, err
	}
	if u.Exit > 1 {
		return u, fmt.Errorf("exit code %d: %s%s", u.Exit, u.stdout, stderr.String())
	}
	return u, nil
}
