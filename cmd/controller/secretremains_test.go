package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	batchtypes "github.com/aws/aws-sdk-go-v2/service/batch/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// left keeps a text that was left behind.
func (w *secretWorld) left(where, text string) { w.remains[where] += text }

// finishJobs waits until all jobs have ended, and keeps their logs and what Batch says of them.
func (w *secretWorld) finishJobs() {
	w.t.Helper()
	if err := w.aws.Jobs().Idle(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	api := batch.NewFromConfig(w.aws.Config())
	for _, queue := range []string{"mirror", "controller"} {
		for _, status := range []batchtypes.JobStatus{batchtypes.JobStatusSucceeded, batchtypes.JobStatusFailed} {
			list, err := api.ListJobs(w.t.Context(), &batch.ListJobsInput{JobQueue: &queue, JobStatus: status})
			if err != nil {
				w.t.Fatal(err)
			}
			for _, job := range list.JobSummaryList {
				w.keepJob(api, *job.JobId)
			}
		}
	}
}

func (w *secretWorld) keepJob(api *batch.Client, id string) {
	w.t.Helper()
	log, _ := w.aws.Jobs().Log(id, 0)
	out, err := api.DescribeJobs(w.t.Context(), &batch.DescribeJobsInput{Jobs: []string{id}})
	if err != nil {
		w.t.Fatal(err)
	}
	described, err := json.Marshal(out.Jobs)
	if err != nil {
		w.t.Fatal(err)
	}
	w.remains["job "+id] = string(log) + string(described)
}

func (w *secretWorld) keepTable() {
	w.t.Helper()
	out, err := dynamodb.NewFromConfig(w.aws.Config()).Scan(w.t.Context(),
		&dynamodb.ScanInput{TableName: aws.String("mirror")})
	if err != nil {
		w.t.Fatal(err)
	}
	items, err := json.Marshal(out.Items)
	if err != nil {
		w.t.Fatal(err)
	}
	w.left("table", string(items))
}

// keepFiles keeps what the programs were started with, and the files that they left.
func (w *secretWorld) keepFiles() {
	w.t.Helper()
	err := filepath.WalkDir(w.traces, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		w.left(strings.TrimPrefix(path, w.traces), path+"\n"+string(content))
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
