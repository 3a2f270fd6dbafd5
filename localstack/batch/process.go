package batch

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// drainTime is how long output is still read after a process and its group are
// gone; only a process that left the group can still write then.
const drainTime = 2 * time.Second

// A process is a program that runs as a container does: when its first process ends, all of it ends.
type process struct {
	cmd    *exec.Cmd
	output *os.File // read end of its stdout and stderr
	copied chan struct{}
	exited chan struct{}
}

// startProcess starts cmd in a process group of its own, with stdout and stderr both copied to log.
func startProcess(cmd *exec.Cmd, log io.Writer) (*process, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = w.Close() }() // the process has its own
	cmd.Stdout, cmd.Stderr = w, w
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	p := &process{cmd: cmd, output: r, copied: make(chan struct{}), exited: make(chan struct{})}
	go func() {
		defer close(p.copied)
		_, _ = io.Copy(log, r) // ends with the pipe, or with the deadline that finish sets
	}()
	go func() {
		defer close(p.exited)
		_ = cmd.Wait() // what it says is in cmd.ProcessState
	}()
	return p, nil
}

// terminate asks the process to end, as Amazon ECS asks a container's first process.
func (p *process) terminate() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // an error means it is gone
}

// exitCode is 128 + the number of the signal that ended the process, if one did. It has exited.
func (p *process) exitCode() int {
	state := p.cmd.ProcessState
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}

// finish kills what is left of the process group and waits for the last output.
func (p *process) finish() {
	// If the whole group is gone this finds nobody: process ids are not used again this soon.
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.exited
	_ = p.output.SetReadDeadline(time.Now().Add(drainTime))
	<-p.copied
	_ = p.output.Close()
}
