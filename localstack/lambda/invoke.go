package lambda

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"ecrmirror/localstack/lambdaruntime"
)

// endTime is how long a function may take to end after SIGTERM.
const endTime = 2 * time.Second

// An ExitError says that a function ended without an answer.
type ExitError struct{ Err error }

func (e *ExitError) Error() string {
	if e.Err == nil {
		return "Runtime exited without providing a reason"
	}
	return "Runtime exited with error: " + e.Err.Error()
}

// Unwrap returns how the process ended.
func (e *ExitError) Unwrap() error { return e.Err }

// Invoke has a function, by name or ARN, handle an event, and returns its answer.
func (s *Service) Invoke(ctx context.Context, account, region, nameOrARN string, payload []byte) ([]byte, error) {
	s.mu.Lock()
	found, err := s.find(account, region, nameOrARN)
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	f := *found
	s.mu.Unlock()
	out, err := s.run(ctx, account, region, f, payload)
	if s.opts.OnInvoke != nil {
		s.opts.OnInvoke(account, region, f.FunctionName, err)
	}
	return out, err
}

// InvokeLater has a function handle an event some time, and again where it fails: without the
// minutes that Lambda waits. What it has failed to handle goes to its dead-letter queue. The error is of the function
// not being there.
func (s *Service) InvokeLater(account, region, nameOrARN string, payload []byte) error {
	s.mu.Lock()
	found, err := s.find(account, region, nameOrARN)
	if err != nil {
		s.mu.Unlock()
		return err
	}
	f := *found
	s.invoking.Add(1)
	s.mu.Unlock()
	go func() {
		defer s.invoking.Done()
		for range f.retries + 1 {
			if _, err = s.Invoke(s.ctx, account, region, f.FunctionName, payload); err == nil || s.ctx.Err() != nil {
				return
			}
			s.opts.Log.Warn("function failed", "function", f.FunctionName, "error", err)
		}
		if queue := f.DeadLetterConfig.TargetARN; queue != "" && s.opts.DeadLetter != nil {
			if err := s.opts.DeadLetter(account, region, queue, string(payload)); err != nil {
				s.opts.Log.Error("event lost", "function", f.FunctionName, "error", err)
			}
		}
	}()
	return nil
}

// run runs the function's program for one event.
func (s *Service) run(ctx context.Context, account, region string, f function, payload []byte) (out []byte, err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	runtime := lambdaruntime.New(lambdaruntime.Options{
		FunctionARN: f.arn, Timeout: time.Duration(f.Timeout) * time.Second,
	})
	defer serve(listener, runtime)()
	log, err := s.output(account, region, f)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	home, err := os.MkdirTemp(s.opts.Dir, "function-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()
	cmd, err := s.command(account, region, f, listener.Addr().String(), home)
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = log, log
	cmd.WaitDelay = endTime
	return s.handle(ctx, cmd, runtime, payload)
}

// serve serves the runtime API until stop is called.
func serve(listener net.Listener, runtime *lambdaruntime.Runtime) (stop func()) {
	server := &http.Server{Handler: runtime, ReadHeaderTimeout: time.Minute}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	return func() {
		_ = server.Close()
		<-served
	}
}

// handle starts the process, has it handle the event, and ends it.
func (s *Service) handle(
	ctx context.Context, cmd *exec.Cmd, runtime *lambdaruntime.Runtime, payload []byte,
) ([]byte, error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	exited, failed := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(exited)
		cancel(&ExitError{cmd.Wait()})
	}()
	go func() {
		defer close(failed)
		if e := runtime.InitError(ctx); e != nil {
			cancel(e)
		}
	}()
	answer, err := runtime.Invoke(ctx, payload)
	end(cmd.Process, exited)
	cancel(nil)
	<-failed
	return answer, err
}

// end asks the process to end, kills it if it does not, and waits until it has exited.
func end(process *os.Process, exited <-chan struct{}) {
	_ = process.Signal(syscall.SIGTERM) // an error means that it is gone
	select {
	case <-exited:
	case <-time.After(endTime):
		_ = process.Kill()
		<-exited
	}
}

// output is where the function's output goes.
func (s *Service) output(account, region string, f function) (io.WriteCloser, error) {
	if s.opts.Output == nil {
		return discard{}, nil
	}
	group := f.LoggingConfig.LogGroup
	if group == "" {
		group = "/aws/lambda/" + f.FunctionName
	}
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return s.opts.Output(account, region, group,
		s.opts.Now().UTC().Format("2006/01/02")+"/[$LATEST]"+hex.EncodeToString(b[:]))
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) Close() error                { return nil }

// command prepares the process, which has nothing of this one's environment.
func (s *Service) command(account, region string, f function, api, home string) (*exec.Cmd, error) {
	program, err := s.program(f)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(s.ctx, program, append(f.ImageConfig.EntryPoint[1:], f.ImageConfig.Command...)...)
	cmd.Dir = home
	cmd.Env = []string{
		"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + home, "TMPDIR=" + home, lambdaruntimeVariable + "=" + api,
		"AWS_LAMBDA_FUNCTION_NAME=" + f.FunctionName, "AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=" + strconv.Itoa(f.MemorySize),
		"AWS_LAMBDA_LOG_GROUP_NAME=" + f.LoggingConfig.LogGroup, "AWS_LAMBDA_LOG_FORMAT=" + f.LoggingConfig.LogFormat,
	}
	if s.opts.Environment != nil {
		pairs, err := s.opts.Environment(account, region, f.Function)
		if err != nil {
			return nil, err
		}
		cmd.Env = append(cmd.Env, pairs...)
	}
	for name, value := range f.Environment.Variables {
		cmd.Env = append(cmd.Env, name+"="+strings.ReplaceAll(value, "\x00", ""))
	}
	return cmd, nil
}

// program finds the function's program. An entry point that is no absolute path is looked for in the
// working directory, as far as is known, and not on the PATH.
func (s *Service) program(f function) (string, error) {
	if len(f.ImageConfig.EntryPoint) == 0 {
		return "", errors.New("the stand-in for Lambda wants to be told the entry point: images are not read")
	}
	entry := f.ImageConfig.EntryPoint[0]
	program := filepath.Join(s.opts.Programs, filepath.Base(entry))
	if info, err := os.Stat(program); s.opts.Programs == "" || !filepath.IsAbs(entry) || err != nil ||
		!info.Mode().IsRegular() {
		return "", &lambdaruntime.FunctionError{
			Type: "Runtime.InvalidEntrypoint", Message: fmt.Sprintf("exec: %q: no such file or directory", entry),
		}
	}
	return program, nil
}

// lambdaruntimeVariable tells a function where the runtime API is.
const lambdaruntimeVariable = "AWS_LAMBDA_RUNTIME_API"
