package trigger_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/trigger"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	payload, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func TestWhatRecordedEventsAskFor(t *testing.T) {
	const digest = "sha256:7f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378abcd1234ef00"
	action := func(kind trigger.Kind, partition, region, repository, tag, reason string) trigger.Event {
		return trigger.Event{
			Kind: kind, ID: "13cde686-328b-6117-af20-0e5566167482",
			Time: time.Date(2026, 11, 16, 1, 54, 34, 0, time.UTC), Reason: reason,
			Registry:   imagename.ECRRegistry{Account: "123456789012", Region: region, Partition: partition},
			Repository: repository, Tag: tag, Digest: digest,
		}
	}
	scheduled := time.Date(2026, 10, 8, 16, 53, 6, 0, time.UTC)
	for name, want := range map[string]trigger.Event{
		"push-aws":         action(trigger.Push, "aws", "us-west-2", "my-repository-name", "latest", ""),
		"push-aws-cn":      action(trigger.Push, "aws-cn", "cn-north-1", "team/app", "1.2", ""),
		"push-aws-us-gov":  action(trigger.Push, "aws-us-gov", "us-gov-west-1", "team/app", "1.2", ""),
		"push-aws-eusc":    action(trigger.Push, "aws-eusc", "eusc-de-east-1", "team/app", "1.2", ""),
		"push-media-types": action(trigger.Push, "aws", "us-west-2", "team/app", "1.2", ""),
		"push-untagged":    action(trigger.Ignored, "aws", "us-west-2", "team/app", "", "the push has no tag"),
		"push-failure": action(trigger.Ignored, "aws", "us-west-2", "team/app", "1.2",
			`the push came to "FAILURE", not to success`),
		"delete": action(trigger.Ignored, "aws", "us-west-2", "team/app", "1.2",
			`the action is "DELETE", not a push`),
		"scan": {
			Kind: trigger.Ignored, ID: "85fc3613-e913-7fc4-a80c-a3753e4aa9ae",
			Time:   time.Date(2026, 10, 29, 2, 36, 48, 0, time.UTC),
			Reason: `"ECR Image Scan" from "aws.ecr" is not an event that asks for something`,
		},
		"batch-state": {
			Kind: trigger.Ignored, ID: "c8f9c4b5-76e5-d76a-f980-7011e206042b",
			Time:   time.Date(2026, 1, 11, 23, 36, 40, 0, time.UTC),
			Reason: `"Batch Job State Change" from "aws.batch" is not an event that asks for something`,
		},
		"schedule-rule":      {Kind: trigger.Schedule, ID: "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", Time: scheduled},
		"schedule-scheduler": {Kind: trigger.Schedule, ID: "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eab", Time: scheduled},
	} {
		got, err := trigger.Parse(read(t, name))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", name, err, diff)
		}
	}
}

// The struct of aws-lambda-go has every member of a documented push, and no other.
func TestTheStructFitsTheDocumentedEvent(t *testing.T) {
	for _, name := range []string{"push-aws", "push-aws-cn", "push-aws-us-gov", "push-aws-eusc"} {
		d := json.NewDecoder(bytes.NewReader(read(t, name)))
		d.DisallowUnknownFields()
		var event events.ECRImageActionEvent
		if err := d.Decode(&event); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		again, err := json.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		var want, got any
		if err := json.Unmarshal(read(t, name), &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(again, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestAMalformedEventIsNamed(t *testing.T) {
	good := string(read(t, "push-aws-cn"))
	for name, c := range map[string]struct{ payload, want string }{
		"empty":            {"", "unexpected end of JSON input"},
		"cut off":          {good[:len(good)/2], "unexpected end of JSON input"},
		"not JSON":         {"push", "invalid character 'p'"},
		"two events":       {good + good, "after top-level value"},
		"a list":           {"[" + good + "]", "cannot unmarshal array"},
		"null":             {"null", `no "source"; it has to come as EventBridge sends it`},
		"Batch parameters": {`{"Parameters":{"repository":"app","tag":"1"}}`, `no "source"`},
		"no source":        {strings.Replace(good, `"source"`, `"origin"`, 1), `no "source"`},
		"no detail-type":   {strings.Replace(good, `"detail-type"`, `"type"`, 1), `no "detail-type"`},
		"no detail":        {strings.Replace(good, `"detail"`, `"more"`, 1), `no "detail.action-type"`},
		"no action":        {strings.Replace(good, `"action-type"`, `"action"`, 1), `no "detail.action-type"`},
		"no result":        {strings.Replace(good, `"result"`, `"outcome"`, 1), `no "detail.result"`},
		"no account":       {strings.Replace(good, `"account"`, `"acct"`, 1), `no "account"`},
		"no region":        {strings.Replace(good, `"region"`, `"place"`, 1), `no "region"`},
		"no repository": {
			strings.Replace(good, `"repository-name"`, `"repository"`, 1), `no "detail.repository-name"`,
		},
		"a number for a tag": {strings.Replace(good, `"1.2"`, `1.2`, 1), "detail.image-tag of type string"},
		"text for detail": {
			`{"source":"aws.ecr","detail-type":"ECR Image Action","detail":"{}"}`,
			"detail of type events.ECRImageActionEventDetailType",
		},
		"bad time": {strings.Replace(good, `2026-11-16T`, `yesterday`, 1), "yesterday"},
		"bad account": {
			strings.Replace(good, `123456789012`, `12345`, 1), `ECR account "12345" is not 12 digits`,
		},
		"bad region":     {strings.Replace(good, `cn-north-1`, `China`, 1), `"china" is not an AWS region`},
		"bad repository": {strings.Replace(good, `team/app`, `Team/App`, 1), "lowercase"},
		"two tags":       {strings.Replace(good, `team/app`, `team/app:1`, 1), "invalid reference format"},
		"bad tag":        {strings.Replace(good, `"1.2"`, `"1 2"`, 1), "invalid reference format"},
		"a digest for a tag": {
			strings.Replace(good, `"1.2"`, `"1@sha256:`+strings.Repeat("0", 64)+`"`, 1), "does not make an image name",
		},
	} {
		event, err := trigger.Parse([]byte(c.payload))
		if err == nil || !strings.HasPrefix(err.Error(), "malformed event: ") || !strings.Contains(err.Error(),
			c.want) || event != (trigger.Event{}) {
			t.Errorf("%s: %+v, %v", name, event, err)
		}
	}
}

func FuzzEvent(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		f.Add(read(f, strings.TrimSuffix(filepath.Base(file), ".json")))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		event, err := trigger.Parse(payload)
		switch {
		case err != nil:
			if event != (trigger.Event{}) {
				t.Errorf("%+v beside %v", event, err)
			}
		case event.Kind == trigger.Push:
			name, err := imagename.ParseImage(event.Registry.Host() + "/" + event.Repository + ":" + event.Tag)
			if err != nil || name.ECR != event.Registry || name.Repository != event.Repository ||
				name.Tag != event.Tag || name.Digest != "" {
				t.Errorf("%+v is not an image: %+v, %v", event, name, err)
			}
		case event.Kind == trigger.Ignored && event.Reason == "":
			t.Error("ignored for no reason")
		case event.Kind != trigger.Schedule && event.Kind != trigger.Ignored:
			t.Errorf("kind %d", event.Kind)
		}
	})
}
