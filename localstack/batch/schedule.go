package batch

import (
	"context"
	"fmt"
	"io"
	"slices"

	"ecrmirror/localstack/awsjson"
)

// add takes a new job in: SUBMITTED, and at once RUNNABLE. The lock must be held.
func (s *Service) add(j *job) {
	s.last++
	j.seq, j.created = s.last, s.opts.Now()
	s.jobs[j.id] = j
	w := s.world(j.caller)
	w.jobs = append(w.jobs, j)
	if s.active == 0 {
		s.idle = make(chan struct{})
	}
	s.active++
	if j.propagateTags && taskTags(j.definition.Tags, j.tags) > tagsLimit {
		s.finish(j, statusFailed,
			fmt.Sprintf("The job and its job definition have more than %d tags together", tagsLimit))
		return
	}
	if overridesSize(j.substituted, j.environment) > overridesLimit {
		// SubmitJob does not look at this; it is Amazon ECS that refuses to run the task.
		s.finish(j, statusFailed, "Container Overrides length must be at most 8192")
		return
	}
	s.wait(j)
}

// wait puts the job at the end of its queue. The lock must be held.
func (s *Service) wait(j *job) {
	s.turn(j, statusRunnable)
	j.queue.waiting = append(j.queue.waiting, j)
	s.dispatch(j.queue)
}

// dispatch starts the queue's first jobs as far as it has slots. The lock must be held.
func (s *Service) dispatch(q *queue) {
	for q.running < s.opts.Slots && len(q.waiting) > 0 && s.ctx.Err() == nil {
		j := q.waiting[0]
		q.waiting = q.waiting[1:]
		s.start(j)
	}
}

// start begins the job's next attempt. The lock must be held.
func (s *Service) start(j *job) {
	ctx, end := context.WithCancelCause(s.ctx)
	task := awsjson.NewID()
	log := &tail{limit: s.opts.LogSize}
	j.end = end
	j.current = &attempt{
		queue: j.queue.Name, environment: j.queue.environment, taskID: task, logStream: j.definition.logStream(task),
	}
	j.logs = append(j.logs, log)
	s.turn(j, statusStarting)
	j.queue.running++
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		defer end(nil)
		o := s.logged(ctx, j, log)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.ended(j, o)
	}()
}

// logged runs the job's next attempt with its output in its log, and whatever else takes it.
func (s *Service) logged(ctx context.Context, j *job, log io.Writer) outcome {
	n := len(j.attempts) + 1
	if s.opts.Output == nil {
		return s.run(ctx, j, n, log)
	}
	t := j.task()
	t.LogStream = j.current.logStream
	out, err := s.opts.Output(t)
	if err != nil {
		return cannotStart(err)
	}
	defer func() {
		if err := out.Close(); err != nil {
			s.opts.Log.Warn("closing job's log", "id", j.id, "error", err)
		}
	}()
	return s.run(ctx, j, n, io.MultiWriter(log, out))
}

// turn gives the job another status. The lock must be held.
func (s *Service) turn(j *job, status string) {
	j.status = status
	if s.opts.OnChange != nil {
		s.opts.OnChange(Change{Account: j.caller.Account, Region: j.caller.Region, ARN: j.arn, Detail: j.detail()})
	}
}

// started notes that the job's process runs.
func (s *Service) started(j *job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j.current.started = s.opts.Now()
	s.turn(j, statusRunning)
}

// ended notes how the current attempt ended, and decides what becomes of the job. The lock must be held.
func (s *Service) ended(j *job, o outcome) {
	j.current.outcome, j.current.stopped = o, s.opts.Now()
	j.attempts = append(j.attempts, *j.current)
	j.current = nil
	j.queue.running--
	s.opts.Log.Debug("attempt ended", "job", j.name, "id", j.id, "attempt", len(j.attempts), "statusReason",
		o.statusReason, "reason", o.reason)
	switch {
	case o.succeeded():
		s.finish(j, statusSucceeded, o.statusReason)
	case j.terminated:
		s.finish(j, statusFailed, j.stopReason)
	case o.final || s.ctx.Err() != nil || !j.retry.retries(len(j.attempts), o):
		s.finish(j, statusFailed, o.statusReason)
	default:
		j.statusReason = o.statusReason
		s.wait(j)
	}
	s.dispatch(j.queue)
}

// drop takes a RUNNABLE job from its queue and fails it. The lock must be held.
func (s *Service) drop(j *job, reason string) {
	j.queue.waiting = slices.DeleteFunc(j.queue.waiting, func(other *job) bool { return other == j })
	s.finish(j, statusFailed, reason)
}

// finish makes the job terminal. The lock must be held.
func (s *Service) finish(j *job, status, reason string) {
	j.statusReason, j.stopped = reason, s.opts.Now()
	s.turn(j, status)
	if s.active--; s.active == 0 {
		close(s.idle)
	}
}

// logStream names the log stream of an attempt, as Batch does.
func (d *jobDefinition) logStream(task string) string {
	prefix := d.Name[:min(len(d.Name), 200)]
	if d.Container != nil {
		if own := d.Container.logOptions()["awslogs-stream-prefix"]; own != "" {
			prefix = own
		}
	}
	return prefix + "/default/" + task
}
