package cloudformation_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/cloudformation"
	"ecrmirror/testkit/awstest"
)

const home = "111122223333"

// things makes resources of names, each of which can be there once, as a service would.
type things struct {
	mu     sync.Mutex
	there  map[string]map[string]any // properties by id
	refuse map[string]string         // what is not done, "create Queue", and why
	calls  []string
	hold   chan struct{} // if not nil, creation waits for it
	names  map[string]string
}

func (p *things) did(verb string, r cloudformation.Request) error {
	p.calls = append(p.calls, verb+" "+r.LogicalID)
	if why, ok := p.refuse[verb+" "+r.LogicalID]; ok {
		return errors.New(why)
	}
	return nil
}

func (p *things) Create(ctx context.Context, r cloudformation.Request) (cloudformation.Resource, error) {
	if p.hold != nil {
		select {
		case <-p.hold:
		case <-ctx.Done():
			return cloudformation.Resource{}, context.Cause(ctx)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.did("create", r); err != nil {
		return cloudformation.Resource{}, err
	}
	id, custom := r.Properties[p.names[r.Type]].(string)
	if !custom {
		id = r.Name
	}
	if _, exists := p.there[id]; exists {
		return cloudformation.Resource{}, fmt.Errorf("object already exists: %s", id)
	}
	p.there[id] = r.Properties
	return cloudformation.Resource{ID: id, Attributes: map[string]any{"Arn": "arn:" + id}}, nil
}

func (p *things) Update(
	_ context.Context, r cloudformation.Request, was cloudformation.Resource,
) (cloudformation.Resource, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.did("update", r); err != nil {
		return was, err
	}
	p.there[was.ID] = r.Properties
	return was, nil
}

func (p *things) Delete(_ context.Context, r cloudformation.Request, was cloudformation.Resource) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.did("delete", r); err != nil {
		return err
	}
	delete(p.there, was.ID)
	return nil
}

// done returns the calls since it was asked last.
func (p *things) done() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	calls := strings.Join(p.calls, ", ")
	p.calls = nil
	return calls
}

// A world is a service and a client of it.
type world struct {
	*cfn.Client
	url    string
	things *things
}

func start(t *testing.T, opts cloudformation.Options) *world {
	t.Helper()
	p := &things{there: map[string]map[string]any{}, refuse: map[string]string{}, names: map[string]string{
		"AWS::Batch::JobQueue": "JobQueueName", "AWS::IAM::Role": "RoleName", "AWS::Logs::LogGroup": "LogGroupName",
		"AWS::SQS::Queue": "QueueName",
	}}
	opts.Home, opts.Providers = home, map[string]cloudformation.Provider{}
	for kind := range p.names {
		opts.Providers[kind] = p
	}
	opts.Parameter = func(_ context.Context, _ awsjson.Caller, name string) (string, error) {
		if name != "/version" {
			return "", errors.New("not there")
		}
		return "21", nil
	}
	service, err := cloudformation.New(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service)
	t.Cleanup(func() {
		service.Close()
		server.Close()
	})
	return &world{Client: client(server.URL, home, "us-east-1"), url: server.URL, things: p}
}

func client(url, account, region string) *cfn.Client {
	return cfn.NewFromConfig(awstest.Config(url, account, region))
}

// template is one with these resources, and outputs beside them.
func template(resources string, outputs ...string) *string {
	return aws.String(fmt.Sprintf(`{"Resources":{%s},"Outputs":{%s}}`, resources, strings.Join(outputs, ",")))
}

// Resources of templates.
const (
	group  = `"Group":{"Type":"AWS::Logs::LogGroup","Properties":{"RetentionInDays":30}}`
	longer = `"Group":{"Type":"AWS::Logs::LogGroup","Properties":{"RetentionInDays":90}}`
	queue  = `"Queue":{"Type":"AWS::SQS::Queue","Properties":{"DelaySeconds":1,"Tags":[{"Key":"of",` +
		`"Value":{"Fn::GetAtt":["Group","Arn"]}}]}}`
	kept = `"Kept":{"Type":"AWS::Logs::LogGroup","DeletionPolicy":"Retain","Properties":{"LogGroupName":"/kept"}}`
)

func (w *world) create(t *testing.T, in *cfn.CreateStackInput) {
	t.Helper()
	if in.StackName == nil {
		in.StackName = aws.String("Mirror")
	}
	if _, err := w.CreateStack(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

// stack describes the stack Mirror, or that of an id.
func (w *world) stack(t *testing.T, id ...string) types.Stack {
	t.Helper()
	name := "Mirror"
	if len(id) > 0 {
		name = id[0]
	}
	out, err := w.DescribeStacks(t.Context(), &cfn.DescribeStacksInput{StackName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return out.Stacks[0]
}

// want fails the test if the stack has another status.
func (w *world) want(t *testing.T, status types.StackStatus) {
	t.Helper()
	if s := w.stack(t); s.StackStatus != status {
		t.Fatalf("the stack is %s (%s), want %s\n%s", s.StackStatus, aws.ToString(s.StackStatusReason), status,
			strings.Join(w.events(t), "\n"))
	}
}

// events returns a line for each event of the stack Mirror, or of that of an id, the oldest first.
func (w *world) events(t *testing.T, id ...string) []string {
	t.Helper()
	name := "Mirror"
	if len(id) > 0 {
		name = id[0]
	}
	var lines []string
	p := cfn.NewDescribeStackEventsPaginator(w, &cfn.DescribeStackEventsInput{StackName: &name})
	for p.HasMorePages() {
		page, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.StackEvents {
			line := aws.ToString(e.LogicalResourceId) + " " + string(e.ResourceStatus)
			if reason := aws.ToString(e.ResourceStatusReason); reason != "" {
				line += ": " + reason
			}
			lines = append([]string{line}, lines...)
		}
	}
	return lines
}

// refusal tells in which way an error is not the expected one; "" if it is.
func refusal(err error, code, text string) string {
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code || !strings.Contains(api.ErrorMessage(), text) {
		return fmt.Sprintf("%v, want %s: %s", err, code, text)
	}
	return ""
}

// never is the time that no request waits for: it returns when the work is done.
func never(time.Duration) <-chan time.Time { return nil }

// atOnce is the time after which requests return at once.
func atOnce(time.Duration) <-chan time.Time {
	c := make(chan time.Time)
	close(c)
	return c
}
