package jobs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
)

// record is a job as the stand-in keeps it.
type record struct {
	ID         string            `json:"jobId"`
	Name       string            `json:"jobName"`
	Status     string            `json:"status"`
	Queue      string            `json:"jobQueue"`
	Definition string            `json:"jobDefinition"`
	Parameters map[string]string `json:"parameters"`
	Tags       map[string]string `json:"tags"`
}

func (r record) destinations() []string { return strings.Split(r.Parameters["dest"], ",") }

// standIn is a Batch with one queue, "mirrors", and one job definition, "mirror".
type standIn struct {
	mu             sync.Mutex // guards what follows
	jobs           []record
	pageSize       int             // of ListJobs, 1,000 if zero
	lose           int             // which SubmitJob gets no reply, counted from 1; 0 = none
	calls          map[string]int  // requests by path
	described      map[string]bool // ids in all DescribeJobs calls
	mostDescribed  int             // ids in the largest of them
	beforeList     func(status string)
	beforeDescribe func() // what happens between listing and describing
}

// A standInState is what a stand-in has, and what it was asked.
type standInState struct {
	jobs          []record
	calls         map[string]int
	described     map[string]bool
	mostDescribed int
}

// seen returns the state now. The stand-in may still serve a request that was given up.
func (b *standIn) seen() standInState {
	b.mu.Lock()
	defer b.mu.Unlock()
	return standInState{slices.Clone(b.jobs), maps.Clone(b.calls), maps.Clone(b.described), b.mostDescribed}
}

func (b *standIn) client(t *testing.T) *batch.Client {
	t.Helper()
	b.calls, b.described = map[string]int{}, map[string]bool{}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	return batch.New(batch.Options{
		// One attempt is not enough: the SDK's client closes the body of a request that has
		// been answered, and sometimes loses the connection, with a large reply, by it.
		BaseEndpoint: &server.URL, Region: "us-east-1", RetryMaxAttempts: 5,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "id", SecretAccessKey: "secret"}, nil
		}),
	})
}

func (b *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls[r.URL.Path]++
	var in struct {
		JobQueue, JobStatus, NextToken, JobName, JobDefinition string
		Jobs                                                   []string
		Parameters, Tags                                       map[string]string
		Filters                                                []struct {
			Name   string
			Values []string
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		refuse(w, err.Error())
		return
	}
	switch r.URL.Path {
	case "/v1/listjobs":
		if in.JobQueue != "mirrors" {
			refuse(w, "JobQueue "+in.JobQueue+" does not exist")
			return
		}
		// With a filter jobs of all states are listed (the API's reference, ListJobs).
		b.list(w, in.JobStatus, in.NextToken, func(job record) bool {
			if len(in.Filters) == 0 {
				return job.Status == in.JobStatus
			}
			return in.Filters[0].Name == "JOB_NAME" && slices.ContainsFunc(in.Filters[0].Values,
				func(name string) bool { return strings.EqualFold(name, job.Name) })
		})
	case "/v1/describejobs":
		b.describe(w, in.Jobs)
	case "/v1/submitjob":
		if in.JobDefinition != "mirror" {
			refuse(w, "JobDefinition "+in.JobDefinition+" not found")
			return
		}
		job := record{
			fmt.Sprintf("submitted-%d", len(b.jobs)), in.JobName, "SUBMITTED", in.JobQueue, in.JobDefinition,
			in.Parameters, in.Tags,
		}
		b.jobs = append(b.jobs, job)
		if b.calls[r.URL.Path] == b.lose {
			panic(http.ErrAbortHandler)
		}
		_ = json.NewEncoder(w).Encode(job)
	}
}

// list answers with a page, and with an empty page before each, which Batch may do too.
func (b *standIn) list(w http.ResponseWriter, status, token string, listed func(record) bool) {
	if b.beforeList != nil {
		b.beforeList(status)
	}
	size := b.pageSize
	if size == 0 {
		size = 1000
	}
	var matching []record
	for _, job := range b.jobs {
		if listed(job) {
			matching = append(matching, record{ID: job.ID, Name: job.Name, Status: job.Status})
		}
	}
	page, _ := strconv.Atoi(token) // even pages are empty
	from := min(page/2*size, len(matching))
	to := min(from+size, len(matching))
	out := map[string]any{"jobSummaryList": []record{}}
	if page%2 == 1 {
		out["jobSummaryList"] = matching[from:to]
	}
	if page%2 == 0 || to < len(matching) {
		out["nextToken"] = strconv.Itoa(page + 1)
	}
	_ = json.NewEncoder(w).Encode(out)
}

func (b *standIn) describe(w http.ResponseWriter, ids []string) {
	if b.beforeDescribe != nil {
		b.beforeDescribe()
	}
	for _, id := range ids {
		b.described[id] = true
	}
	b.mostDescribed = max(b.mostDescribed, len(ids))
	out := []record{}
	for _, id := range ids {
		for _, job := range b.jobs {
			if job.ID == id {
				out = append(out, job)
			}
		}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"jobs": out})
}

func refuse(w http.ResponseWriter, message string) {
	w.Header().Set("X-Amzn-ErrorType", "ClientException")
	w.WriteHeader(http.StatusNotFound)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
}
