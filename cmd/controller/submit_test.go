package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
	"github.com/rogpeppe/go-internal/testscript"

	"ecrmirror/localstack/server"
)

// submit submits a job and waits for its end: submit QUEUE DEFINITION [PARAMETER=VALUE]... Its
// status and its log are the standard output.
func submit(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	parameters := map[string]string{}
	for _, arg := range args[2:] {
		name, value, _ := strings.Cut(arg, "=")
		parameters[name] = value
	}
	api := batch.NewFromConfig(worldOf(ts))
	job, err := api.SubmitJob(ctx, &batch.SubmitJobInput{
		JobName: aws.String("push"), JobQueue: &args[0], JobDefinition: &args[1], Parameters: parameters,
	})
	ts.Check(err)
	id := aws.ToString(job.JobId)
	status, err := end(ctx, api, id)
	ts.Check(err)
	log, _ := ts.Value(worldKey{}).(*server.Server).Jobs().Log(id, 0)
	_, err = fmt.Fprintf(ts.Stdout(), "%s\n%s", status, log)
	ts.Check(err)
}

// end waits for a job's end.
func end(ctx context.Context, api *batch.Client, id string) (types.JobStatus, error) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		out, err := api.DescribeJobs(ctx, &batch.DescribeJobsInput{Jobs: []string{id}})
		if err != nil {
			return "", err
		}
		if status := out.Jobs[0].Status; status == types.JobStatusSucceeded || status == types.JobStatusFailed {
			return status, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// calls checks how often localstack was asked for each operation since calls was last run, and
// forgets it: calls [OPERATION N]...
func calls(ts *testscript.TestScript, _ bool, args []string) {
	stats := ts.Value(worldKey{}).(*server.Server).Stats()
	got := stats.Snapshot().Calls
	for pair := range slices.Chunk(args, 2) {
		if n := strconv.FormatInt(got[pair[0]], 10); n != pair[1] {
			ts.Fatalf("%s calls of %s, want %s", n, pair[0], pair[1])
		}
	}
	stats.Reset()
}
