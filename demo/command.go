package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// stopTime is how long a program has to end when the demo is interrupted.
const stopTime = 5 * time.Second

// An ended is what came of a command.
type ended struct {
	code           int
	stdout, stderr string
}

// command shows a command of the project's programs, runs it with the role of the program's jobs, and shows its output.
// That it cannot be started is an error; its exit code is not.
func (d *demo) command(ctx context.Context, program string, args ...string) (ended, error) {
	return d.commandAs(ctx, roleOf(program), program, args...)
}

// commandAs does the same with another role.
func (d *demo) commandAs(ctx context.Context, role, program string, args ...string) (ended, error) {
	d.story.Command(append([]string{program}, args...)...)
	var stdout, stderr bytes.Buffer
	var err error
	cmd := gentle(exec.CommandContext(ctx, filepath.Join(d.programs(), program), args...))
	cmd.Args[0] = program
	cmd.Dir = d.work
	if cmd.Env, err = d.environment(role); err != nil {
		return ended{}, err
	}
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	d.story.Output(stdout.String())
	d.story.Errors(abridge(stderr.String()))
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		return ended{}, fmt.Errorf("running %s: %w", program, err)
	}
	if ctx.Err() != nil {
		return ended{}, context.Cause(ctx)
	}
	return ended{code: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}, nil
}

// gentle has a program end in good order when its context ends. It is in a process group of its own: Ctrl-C reaches the
// demo alone, which then is the one to say what happened.
func gentle(cmd *exec.Cmd) *exec.Cmd {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = stopTime
	return cmd
}

// editorRole is that of people who write the table.
const editorRole = "Editor"

// roleOf returns the role of a program's jobs.
func roleOf(program string) string { return strings.ToUpper(program[:1]) + program[1:] + "Role" }

// environment is what commands get: as little of this process's own as jobs do, so
// that nobody's configuration of AWS or of docker has a part in the demo, and a role.
func (d *demo) environment(role string) ([]string, error) {
	session, err := d.server.EnvironmentOf(role)
	base := []string{"HOME=" + d.work, "PATH=" + d.programs()}
	return slices.Concat(base, network(d.environ), session), err
}

// network picks from an environment how this machine reaches other networks.
func network(environ []string) []string {
	names := []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"}
	return slices.DeleteFunc(slices.Clone(environ), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return !slices.Contains(names, strings.ToUpper(name))
	})
}

// maxLog is the length of a log's line, in bytes, from which on it is cut.
const maxLog = 140

// abridge cuts the long lines of a log that report no error.
func abridge(log string) string {
	lines := strings.Split(log, "\n")
	for i, line := range lines {
		if strings.Contains(line, `"level":"INFO"`) && len(line) > maxLog {
			lines[i] = strings.ToValidUTF8(line[:maxLog], "") + "…"
		}
	}
	return strings.Join(lines, "\n")
}

// expectExit expects that a command ended with an exit code.
func (d *demo) expectExit(e ended, want int, why string) {
	if e.code == want {
		d.expect(true, "exit code %d: %s", want, why)
		return
	}
	d.expect(false, "exit code %d instead of %d: %s", e.code, want, why)
}
