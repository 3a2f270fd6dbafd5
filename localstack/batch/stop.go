package batch

import (
	"context"
	"errors"

	"ecrmirror/localstack/awsjson"
)

// errTerminated is why an attempt ends when TerminateJob is called.
var errTerminated = errors.New("terminated by TerminateJob")

type stopInput struct {
	ID     string `json:"jobId"`
	Reason string `json:"reason"`
}

// terminateJob ends a job in whatever state it is.
func (s *Service) terminateJob(_ context.Context, c awsjson.Caller, in stopInput) (any, error) {
	return s.stopJob(c, in, func(j *job) { s.terminate(j, in.Reason) })
}

// terminate ends a job that is not terminal. The lock must be held.
func (s *Service) terminate(j *job, reason string) {
	j.terminated, j.stopReason = true, reason
	if j.status == statusRunnable {
		s.drop(j, reason)
		return
	}
	j.end(errTerminated)
}

// cancelJob ends a job that has not started; for others it does nothing, and still succeeds.
func (s *Service) cancelJob(_ context.Context, c awsjson.Caller, in stopInput) (any, error) {
	return s.stopJob(c, in, func(j *job) {
		if j.status == statusRunnable {
			j.cancelled = true
			s.drop(j, in.Reason)
		}
	})
}

// stopJob calls stop for the caller's job, with the lock held, unless it is terminal.
func (s *Service) stopJob(c awsjson.Caller, in stopInput, stop func(*job)) (any, error) {
	if in.ID == "" || in.Reason == "" {
		return nil, refused("jobId and reason must be provided")
	}
	if len(in.Reason) > 1024 {
		return nil, refused("reason may have 1024 characters, got %d", len(in.Reason))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	j, ok := s.job(c, in.ID)
	if !ok {
		return nil, refused("job %s not found", in.ID)
	}
	if !j.terminal() {
		stop(j)
	}
	return struct{}{}, nil
}

// errClosed is why jobs end when the service is closed.
var errClosed = errors.New("the Batch stand-in was closed")

// Close ends all jobs: waiting ones fail, processes get SIGTERM and, CloseDelay
// later, SIGKILL. It returns when no process is left. The service takes no jobs afterwards.
func (s *Service) Close() error {
	s.mu.Lock()
	s.stop(errClosed)
	for _, j := range s.jobs {
		if j.status == statusRunnable {
			s.drop(j, errClosed.Error())
		}
	}
	s.mu.Unlock()
	s.running.Wait()
	return nil
}
