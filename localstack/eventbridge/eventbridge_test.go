package eventbridge_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/eventbridge"
)

var caller = awsjson.Caller{Account: "111122223333", Region: "us-east-1", Service: "events"}

// A world is a bus whose targets keep what they get.
type world struct {
	*eventbridge.Service
	mu                          sync.Mutex
	delivered, letters, matched []string
	lettered                    chan struct{} // has one for each dead letter
}

func start(t *testing.T) *world {
	t.Helper()
	w := &world{lettered: make(chan struct{}, 10)}
	keep := func(list *[]string, text string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		*list = append(*list, text)
	}
	w.Service = eventbridge.New(t.Context(), eventbridge.Options{
		Deliver: map[string]func(context.Context, eventbridge.Delivery) error{
			"batch":  func(_ context.Context, d eventbridge.Delivery) error { keep(&w.delivered, d.Input); return nil },
			"lambda": func(context.Context, eventbridge.Delivery) error { return errors.New("no such function") },
		},
		DeadLetter: func(_, _, arn, body string) error {
			keep(&w.letters, arn+" "+body)
			w.lettered <- struct{}{}
			return nil
		},
		OnMatch: func(_, _, rule string) { keep(&w.matched, rule) },
	})
	return w
}

type object = map[string]any

func (w *world) call(t *testing.T, name string, in object) error {
	t.Helper()
	return w.Operations().Call(t.Context(), caller, name, in, nil)
}

func (w *world) must(t *testing.T, name string, in object) {
	t.Helper()
	if err := w.call(t, name, in); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

const queue = "arn:aws:batch:us-east-1:111122223333:job-queue/q"

func target(change func(object)) object {
	out := object{
		"Id": "t", "Arn": queue, "RoleArn": "arn:aws:iam::111122223333:role/r",
		"BatchParameters": object{"JobDefinition": "d", "JobName": "n"},
	}
	if change != nil {
		change(out)
	}
	return out
}

func TestEventsReachTheirTargets(t *testing.T) {
	w := start(t)
	w.must(t, "PutRule", object{
		"Name": "push", "EventPattern": `{"source":["aws.ecr"],"detail":{"image-tag":[{"exists":true}]}}`,
	})
	w.must(t, "PutTargets", object{"Rule": "push", "Targets": []any{target(func(o object) {
		o["InputTransformer"] = object{
			"InputPathsMap": object{
				"repository": "$.detail.repository-name", "tag": "$.detail.image-tag", "none": "$.detail.none.there",
			},
			"InputTemplate": `{"Parameters":{"repository":<repository>,"tag":<tag>,"none":<none>}}`,
		}
	}), object{
		"Id": "f", "Arn": "arn:aws:lambda:us-east-1:111122223333:function:f",
		"DeadLetterConfig": object{"Arn": "arn:aws:sqs:us-east-1:111122223333:dead"},
	}}})
	w.must(t, "PutRule", object{"Name": "off", "EventPattern": `{"source":["aws.ecr"]}`, "State": "DISABLED"})
	w.must(t, "PutRule", object{"Name": "hourly", "ScheduleExpression": "rate(1 hour)"})
	publish := func(account string, detail object) {
		if err := w.Publish(eventbridge.Event{
			Account: account, Region: "us-east-1", Source: "aws.ecr",
			DetailType: "ECR Image Action", Detail: detail,
		}); err != nil {
			t.Fatal(err)
		}
	}
	publish(caller.Account, object{"repository-name": `a"b`, "image-tag": "1"})
	publish(caller.Account, object{"repository-name": "untagged"})
	publish("444455556666", object{"repository-name": "theirs", "image-tag": "1"})
	w.Close() // which waits for the deliveries
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Equal(w.matched, []string{"push"}) {
		t.Errorf("matched %v", w.matched)
	}
	if len(w.delivered) != 1 || w.delivered[0] != `{"Parameters":{"repository":"a\"b","tag":"1","none":""}}` {
		t.Errorf("delivered %v", w.delivered)
	}
}

func TestWhatNobodyTakesIsADeadLetter(t *testing.T) {
	w := start(t)
	w.must(t, "PutRule", object{"Name": "push", "EventPattern": `{"source":["aws.ecr"]}`})
	w.must(t, "PutTargets", object{"Rule": "push", "Targets": []any{
		object{
			"Id": "f", "Arn": "arn:aws:lambda:us-east-1:111122223333:function:f",
			"DeadLetterConfig": object{"Arn": "arn:aws:sqs:us-east-1:111122223333:dead"},
		},
	}})
	if err := w.Publish(eventbridge.Event{
		Account: caller.Account, Region: "us-east-1", Source: "aws.ecr",
		Detail: object{"a": 1},
	}); err != nil {
		t.Fatal(err)
	}
	<-w.lettered
	w.mu.Lock()
	if got := w.letters[0]; !strings.HasPrefix(got, "arn:aws:sqs:us-east-1:111122223333:dead {") ||
		!strings.Contains(got, `"detail":{"a":1}`) {
		t.Errorf("dead letter %s", got)
	}
	w.mu.Unlock()
	w.Close()
}

func TestRefuses(t *testing.T) {
	w := start(t)
	t.Cleanup(w.Close)
	w.must(t, "PutRule", object{"Name": "r", "EventPattern": `{"source":["aws.ecr"]}`})
	w.must(t, "PutTargets", object{"Rule": "r", "Targets": []any{target(nil)}})
	put := func(change func(object)) error {
		return w.call(t, "PutTargets", object{"Rule": "r", "Targets": []any{target(change)}})
	}
	for _, tc := range []struct {
		name string
		err  error
		text string
	}{
		{"name", w.call(t, "PutRule", object{"Name": "a b", "ScheduleExpression": "rate(1 hour)"}), "at 'name'"},
		{"nothing", w.call(t, "PutRule", object{"Name": "a"}), "must be specified"},
		{
			"schedule", w.call(t, "PutRule", object{"Name": "a", "ScheduleExpression": "rate(1 hours)"}),
			"ScheduleExpression is not valid",
		},
		{
			"pattern", w.call(t, "PutRule", object{"Name": "a", "EventPattern": `{"a":[{"numeric":["=",1]}]}`}),
			"InvalidEventPatternException",
		},
		{
			"bus", w.call(t, "PutRule", object{"Name": "a", "ScheduleExpression": "rate(1 hour)", "EventBusName": "mine"}),
			"does not exist",
		},
		{"targets of no rule", w.call(t, "PutTargets", object{"Rule": "absent"}), "does not exist"},
		{"job queue without a role", put(func(o object) { delete(o, "RoleArn") }), "RoleArn is required"},
		{"job queue without a job", put(func(o object) { delete(o, "BatchParameters") }), "BatchParameters"},
		{
			"unknown service", put(func(o object) { o["Arn"] = "arn:aws:kinesis:us-east-1:111122223333:stream/s" }),
			`service "kinesis"`,
		},
		{"two inputs", put(func(o object) { o["Input"], o["InputPath"] = "{}", "$.detail" }), "only one of"},
		{"age", put(func(o object) { o["RetryPolicy"] = object{"MaximumEventAgeInSeconds": 59} }), "60 to 86400"},
		{"rule with targets", w.call(t, "DeleteRule", object{"Name": "r"}), "has targets"},
	} {
		if tc.err == nil || !strings.Contains(tc.err.Error(), tc.text) {
			t.Errorf("%s: %v, want %s", tc.name, tc.err, tc.text)
		}
	}
	w.must(t, "RemoveTargets", object{"Rule": "r", "Ids": []string{"t"}})
	w.must(t, "DeleteRule", object{"Name": "r"})
	w.must(t, "DeleteRule", object{"Name": "r"}) // a second time does no harm
}
