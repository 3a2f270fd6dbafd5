package jobs_test

import (
	"testing"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/jobs"
)

// The labels of an entry are tags of its jobs, beside those that tell jobs apart, which stay what they are.
func TestAJobHasTheLabelsOfItsEntry(t *testing.T) {
	b := &standIn{}
	r := alpine("r/a:1")
	r.Labels = map[string]string{"team": "web", contract.TagSource: "nobody"}
	submit(t, jobs.New(b.client(t), "mirrors", "mirror"), r)
	tags := b.seen().jobs[0].Tags
	if tags["team"] != "web" || tags[contract.TagSource] != "docker.io/library/alpine:3" || len(tags) != 4 {
		t.Errorf("%v", tags)
	}
}
