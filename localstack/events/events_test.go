package events_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/batch"
	"ecrmirror/localstack/events"
)

func TestOnlyTaggedPushesAtHomeBecomeJobs(t *testing.T) {
	for _, tc := range []struct {
		name string
		push events.Push
		jobs int
	}{
		{"tag", events.Push{Account: "111122223333", Region: "us-east-1", Repository: "team/app", Tag: "1"}, 1},
		{"no tag", events.Push{Account: "111122223333", Region: "us-east-1", Repository: "team/app"}, 0},
		{
			"other region",
			events.Push{Account: "111122223333", Region: "eu-west-1", Repository: "team/app", Tag: "1"},
			0,
		},
		{
			"other account",
			events.Push{Account: "444455556666", Region: "us-east-1", Repository: "team/app", Tag: "1"},
			0,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			jobs := 0
			events.Rule{
				Account: "111122223333", Region: "us-east-1", Queue: "controller", JobDefinition: "controller-event",
				JobName: "push",
				Submit: func(account, region string, in batch.SubmitJobInput) (string, error) {
					jobs++
					want := batch.SubmitJobInput{
						JobName: "push", JobQueue: "controller", JobDefinition: "controller-event",
						Parameters: map[string]string{"repository": "team/app", "tag": "1"},
					}
					if d := cmp.Diff(want, in); d != "" || account != "111122223333" || region != "us-east-1" {
						t.Errorf("job of %s in %s (-want +got):\n%s", account, region, d)
					}
					return "id", nil
				},
			}.Handle(tc.push)
			if jobs != tc.jobs {
				t.Errorf("%d jobs, want %d", jobs, tc.jobs)
			}
		})
	}
}

func TestFailureIsLogged(t *testing.T) {
	var log bytes.Buffer
	events.Rule{
		Account: "111122223333", Region: "us-east-1", Log: slog.New(slog.NewTextHandler(&log, nil)),
		Submit: func(string, string, batch.SubmitJobInput) (string, error) { return "", errors.New("queue is gone") },
	}.Handle(events.Push{Account: "111122223333", Region: "us-east-1", Repository: "app", Tag: "1"})
	if !strings.Contains(log.String(), "queue is gone") || !strings.Contains(log.String(), "repository=app") {
		t.Errorf("log: %s", log.String())
	}
}
