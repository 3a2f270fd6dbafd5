// Package local runs requests in this process, as package jobs has AWS Batch run them. It stands in for a queue of jobs
// wherever package controller and package claims ask for one.
package local

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"ecrmirror/internal/jobs"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/request"
)

// imagesOfARequest is how many images a request has at most. Nothing limits its text here.
const imagesOfARequest = 200

// A Copier carries out requests. [mirror.Copier] implements it.
type Copier interface {
	Copy(ctx context.Context, asked request.Request, done func(n int, report *mirror.Report))
}

// An Outcome is what became of one image of a request.
type Outcome struct {
	Job    string // the id of the request's job
	Image  request.Image
	Report *mirror.Report
}

// A Queue runs requests, some at a time and the others in the order in which they come. It is safe for concurrent use.
type Queue struct {
	copier  func(request.Request, func(n int, report *mirror.Report)) // until the queue's own context ends
	atOnce  int
	ended   func(Outcome)
	prefix  string // of ids
	running sync.WaitGroup

	mu      sync.Mutex
	waiting []*job
	workers int
	jobs    map[string]*job
}

// A job is a request that was submitted.
type job struct {
	id    string
	asked request.Request
	ended bool
}

// Start returns a queue that runs so many requests at a time, until ctx ends: what waits then is handed to the copier
// all the same, which fails it. Ended gets what became of each image, by one goroutine at a time of each request.
func Start(ctx context.Context, copier Copier, atOnce int, ended func(Outcome)) *Queue {
	return &Queue{
		copier: func(asked request.Request, done func(int, *mirror.Report)) { copier.Copy(ctx, asked, done) },
		atOnce: atOnce, ended: ended, jobs: map[string]*job{},
		prefix: "sync-" + time.Now().UTC().Format("20060102T150405.000Z") + "-",
	}
}

// Wait returns when all requests have ended.
func (q *Queue) Wait() { q.running.Wait() }

// Requests returns how many requests were submitted.
func (q *Queue) Requests() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.jobs)
}

// InFlight implements [controller.Jobs]. What other processes do is not known.
func (q *Queue) InFlight(context.Context) (jobs.InFlight, error) { return jobs.InFlight{}, nil }

// Together puts requests of one image each together, as far as one of several can stand for them.
func (q *Queue) Together(requests []request.Request) []request.Group {
	return request.Together(requests, imagesOfARequest, math.MaxInt)
}

// Pieces returns the request: it is never too long.
func (q *Queue) Pieces(r request.Request) ([]request.Request, error) {
	return []request.Request{r}, nil
}

// Submit has requests run, those together that can be, and returns a result for each at once, in order.
func (q *Queue) Submit(ctx context.Context, _ jobs.InFlight, requests []request.Request) []jobs.Result {
	results := make([]jobs.Result, len(requests))
	var asked []request.Request
	var of []int
	for i, r := range requests {
		if len(r.Destinations) > 0 {
			asked, of = append(asked, r), append(of, i)
		}
	}
	for _, group := range q.Together(asked) {
		placed, err := q.Put(ctx, "", group.Request)
		for _, n := range group.Of {
			i := of[n]
			if results[i].Err = err; err == nil {
				to := requests[i].DestinationTexts()
				results[i].Submitted = []jobs.Submission{{ID: placed.ID, Destinations: to}}
			}
		}
	}
	return results
}

// Put has a request run, and returns at once. The name is not used: no two requests of a queue are alike. The error is
// that of a context that has ended.
func (q *Queue) Put(ctx context.Context, _ string, asked request.Request) (jobs.Placed, error) {
	if ctx.Err() != nil {
		return jobs.Placed{}, context.Cause(ctx)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	j := &job{id: fmt.Sprintf("%s%d", q.prefix, len(q.jobs)+1), asked: asked}
	q.jobs[j.id], q.waiting = j, append(q.waiting, j)
	if q.workers < q.atOnce {
		q.workers++
		q.running.Go(q.work)
	}
	return jobs.Placed{ID: j.id}, nil
}

// work runs what waits.
func (q *Queue) work() {
	for j := q.next(); j != nil; j = q.next() {
		q.run(j)
	}
}

// next takes a job that waits; nil if none does, which ends the worker.
func (q *Queue) next() *job {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		q.workers--
		return nil
	}
	j := q.waiting[0]
	q.waiting = q.waiting[1:]
	return j
}

func (q *Queue) run(j *job) {
	q.copier(j.asked, func(n int, report *mirror.Report) {
		q.ended(Outcome{Job: j.id, Image: j.asked.Images[n], Report: report})
	})
	q.mu.Lock()
	defer q.mu.Unlock()
	j.ended = true
}

// Ends implements [claims.Jobs]. A job that this queue does not know was run by a process that has ended: the ledger
// has one process at a time.
func (q *Queue) Ends(_ context.Context, ids []string) (map[string]jobs.End, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	ends := make(map[string]jobs.End, len(ids))
	for _, id := range ids {
		if j := q.jobs[id]; j != nil {
			ends[id] = jobs.End{Ended: j.ended, Succeeded: j.ended}
			continue
		}
		ends[id] = jobs.End{Ended: true, Gone: true, Because: "the process that ran it has ended"}
	}
	return ends, nil
}
