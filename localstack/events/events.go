// Package events is a stand-in for the Amazon EventBridge rule that hands pushes
// to Amazon ECR to the controller: a pushed tag becomes a Batch job.
package events

import (
	"log/slog"

	"ecrmirror/localstack/batch"
)

// A Push is what ECR's "ECR Image Action" event tells of a push.
type Push struct {
	Account, Region string // of the repository
	Repository, Tag string // Tag is "" where the manifest was pushed by digest alone
}

// A Rule matches pushes to one account and region that have a tag (the pattern's
// {"image-tag": [{"exists": true}]}), and submits a job for each with the
// parameters "repository" and "tag".
type Rule struct {
	Account, Region string // whose events the rule sees
	Queue           string // job queue, by name or ARN
	JobDefinition   string // by name or ARN
	JobName         string
	// Submit submits a job; [batch.Service.Submit] does.
	Submit func(account, region string, in batch.SubmitJobInput) (id string, err error)
	Log    *slog.Logger // nil = discard
}

// Handle submits the job for a push that matches. As with EventBridge, the
// push does not learn whether that worked: a failure is logged.
func (r Rule) Handle(p Push) {
	if !r.matches(p) {
		return
	}
	log := r.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	id, err := r.Submit(r.Account, r.Region, batch.SubmitJobInput{
		JobName: r.JobName, JobQueue: r.Queue, JobDefinition: r.JobDefinition,
		Parameters: map[string]string{"repository": p.Repository, "tag": p.Tag},
	})
	if err != nil {
		log.Error("submitting the job for a push", "repository", p.Repository, "tag", p.Tag, "error", err)
		return
	}
	log.Info("push became a job", "repository", p.Repository, "tag", p.Tag, "job", id)
}

func (r Rule) matches(p Push) bool {
	return p.Account == r.Account && p.Region == r.Region && p.Tag != ""
}
