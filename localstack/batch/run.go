package batch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Reasons in Batch's and Amazon ECS's words; retry rules match them.
const (
	reasonExited    = "Essential container in task exited"
	reasonNoStart   = "Task failed to start"
	reasonTimeout   = "Job attempt duration exceeded timeout"
	prefixCantStart = "CannotStartContainerError: "
)

// errTimedOut is why a process is ended when its time is up.
var errTimedOut = errors.New(reasonTimeout) //nolint:staticcheck // AWS's words

// systemPath is the rest of a job's PATH, after the programs.
const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// run runs attempt number n (from 1) of the job in a new home directory, and tells how it ended.
func (s *Service) run(ctx context.Context, j *job, n int, log io.Writer) outcome {
	home, err := os.MkdirTemp(s.opts.Dir, "job-")
	if err != nil {
		return cannotStart(err)
	}
	defer func() {
		if err := os.RemoveAll(home); err != nil {
			s.opts.Log.Warn("removing job's home directory", "id", j.id, "error", err)
		}
	}()
	cmd, err := s.command(ctx, j, n, home)
	if err != nil {
		return cannotStart(err)
	}
	p, err := startProcess(cmd, log)
	if err != nil {
		return cannotStart(err)
	}
	s.started(j)
	var timeout <-chan time.Time
	if j.timeout != nil {
		timeout = s.opts.After(time.Duration(j.timeout.Seconds) * time.Second)
	}
	ended := s.await(ctx, p, timeout)
	return outcomeOf(p.exitCode(), ended)
}

// await waits for the process's end. If ctx ends or timeout fires first, it ends the process, and the error says why.
func (s *Service) await(ctx context.Context, p *process, timeout <-chan time.Time) error {
	defer p.finish()
	var why error
	select {
	case <-p.exited:
		return nil
	case <-ctx.Done():
		why = context.Cause(ctx)
	case <-timeout:
		why = errTimedOut
	}
	p.terminate()
	select {
	case <-p.exited:
	case <-s.opts.After(s.opts.KillDelay):
	case <-s.ctx.Done(): // the service is being closed, perhaps during the delay
		select {
		case <-p.exited:
		case <-s.opts.After(s.opts.CloseDelay):
		}
	}
	return why
}

// outcomeOf is the outcome of a process that exited with code: by itself if ended is nil, or because of ended.
func outcomeOf(code int, ended error) outcome {
	o := outcome{exitCode: &code, statusReason: reasonExited}
	if ended != nil {
		o.final, o.statusReason = true, ended.Error()
	}
	return o
}

func cannotStart(err error) outcome {
	reason := prefixCantStart + err.Error()
	return outcome{reason: reason[:min(len(reason), 255)], statusReason: reasonNoStart}
}

// command prepares the job's process.
func (s *Service) command(ctx context.Context, j *job, n int, home string) (*exec.Cmd, error) {
	if len(j.substituted) == 0 {
		return nil, errors.New("no command specified")
	}
	program, err := s.program(j.substituted[0])
	if err != nil {
		return nil, err
	}
	// The end of ctx is for await to see: it ends the process more gently than exec.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), program, j.substituted[1:]...)
	cmd.Args[0] = j.substituted[0]
	cmd.Dir = home
	cmd.Env, err = s.environment(j, n, home, filepath.Dir(program))
	return cmd, err
}

// program returns the path of the named program.
func (s *Service) program(name string) (string, error) {
	notFound := fmt.Errorf("exec: %q: executable file not found in the directory of programs", name)
	if s.opts.Programs == "" || strings.ContainsAny(name, `/\`) || !filepath.IsLocal(name) {
		return "", notFound
	}
	path, err := filepath.Abs(filepath.Join(s.opts.Programs, name))
	if err != nil {
		return "", err
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o111 == 0 {
		return "", notFound
	}
	return path, nil
}

// environment is all that the job's process gets: nothing of this process's own.
func (s *Service) environment(j *job, n int, home, programs string) ([]string, error) {
	// /tmp would outlive the job
	env := map[string]string{"PATH": programs + ":" + systemPath, "HOME": home, "TMPDIR": home}
	if s.opts.Environment != nil {
		pairs, err := s.opts.Environment(j.task())
		if err != nil {
			return nil, err
		}
		for _, pair := range pairs {
			name, value, _ := strings.Cut(pair, "=")
			env[name] = value
		}
	}
	for _, v := range j.environment {
		env[v.Name] = v.Value
	}
	env["AWS_BATCH_JOB_ID"] = j.id
	env["AWS_BATCH_JOB_ATTEMPT"] = strconv.Itoa(n)
	env["AWS_BATCH_JQ_NAME"] = j.current.queue
	env["AWS_BATCH_CE_NAME"] = j.current.environment
	out := make([]string, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		out = append(out, name+"="+env[name])
	}
	return out, nil
}

// task is what the job's next attempt is to whoever gives it credentials.
func (j *job) task() Task {
	t := Task{Account: j.caller.Account, Region: j.caller.Region, ID: j.id}
	if c := j.definition.Container; c != nil {
		t.Role, t.ExecutionRole, t.LogGroup = c.JobRole, c.ExecutionRole, c.logGroup()
	}
	return t
}

// logGroup is the CloudWatch log group that the definition names, else Batch's own.
func (c *containerProperties) logGroup() string {
	if group := c.logOptions()["awslogs-group"]; group != "" {
		return group
	}
	return "/aws/batch/job"
}

// logOptions are those of the container's log driver.
func (c *containerProperties) logOptions() map[string]string {
	var logs struct {
		Options map[string]string `json:"options"`
	}
	if json.Unmarshal(c.Logs, &logs) != nil {
		return nil
	}
	return logs.Options
}
