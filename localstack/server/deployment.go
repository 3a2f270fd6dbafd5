package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/batch"
	"ecrmirror/localstack/cloudformation"
	"ecrmirror/localstack/cloudformation/resources"
	"ecrmirror/localstack/cloudwatch"
	"ecrmirror/localstack/ecr"
	"ecrmirror/localstack/eventbridge"
	"ecrmirror/localstack/lambda"
	"ecrmirror/localstack/logs"
	"ecrmirror/localstack/sqs"
)

// openDeployment makes the services that stacks are made with and of, and that tell how they do. Dir is for functions.
func (s *Server) openDeployment(dir string) error {
	home := s.opts.Account
	s.cloudwatch = cloudwatch.New(cloudwatch.Options{Home: home, Now: s.opts.Now, Gauge: s.gauge})
	s.logs = logs.New(logs.Options{
		Home: home, Now: s.opts.Now,
		OnEvent: func(e logs.Event) { s.cloudwatch.RecordLine(e.Account, e.Region, e.Message) },
	})
	s.sqs = sqs.New(sqs.Options{Home: home, Now: s.opts.Now})
	s.lambda = lambda.New(s.ctx, lambda.Options{
		Home: home, Programs: s.opts.Programs, Dir: dir, Environment: s.functionEnvironment, Output: s.functionOutput,
		DeadLetter: s.deadLetter,
		OnInvoke:   s.onInvoke, Log: s.opts.Log, Now: s.opts.Now,
	})
	s.events = eventbridge.New(s.ctx, eventbridge.Options{
		Home: home, DeadLetter: s.deadLetter, Log: s.opts.Log, Now: s.opts.Now,
		OnMatch: func(account, region, rule string) {
			s.record(account, region, "AWS/Events", "TriggeredRules", "RuleName", rule)
		},
		Deliver: map[string]func(context.Context, eventbridge.Delivery) error{
			"batch": s.deliverToBatch, "lambda": s.deliverToLambda, "logs": s.deliverToLogs, "sqs": s.deliverToQueue,
		},
	})
	made := resources.Options{
		Config: s.configOf, Roles: s.identities, Functions: s.lambda,
		Queues: s.sqs.Operations(), Logs: s.logs.Operations(), Metrics: s.cloudwatch.Operations(),
		Events: s.events.Operations(),
	}
	var err error
	s.cloudformation, err = cloudformation.New(s.ctx, cloudformation.Options{
		Home: home, Providers: resources.Providers(made), Parameter: made.Parameter, OnStatus: s.onStackStatus,
		Now: s.opts.Now,
	})
	return err
}

// closeDeployment ends what these services do by themselves, while they can still talk to the server.
func (s *Server) closeDeployment() {
	s.cloudformation.Close()
	s.events.Close()
	s.lambda.Close()
}

// record adds one to a metric with one dimension.
func (s *Server) record(account, region, namespace, name, dimension, value string) {
	m := cloudwatch.Metric{
		Namespace: namespace, Name: name, Dimensions: []cloudwatch.Dimension{{Name: dimension, Value: value}},
	}
	s.cloudwatch.Record(account, region, m, s.opts.Now(), 1)
}

// gauge is what queues hold.
func (s *Server) gauge(account, region string, m cloudwatch.Metric) (float64, bool) {
	if m.Namespace != "AWS/SQS" || len(m.Dimensions) != 1 || m.Dimensions[0].Name != "QueueName" {
		return 0, false
	}
	visible, inFlight, ok := s.sqs.Depth(account, region, m.Dimensions[0].Value)
	switch m.Name {
	case "ApproximateNumberOfMessagesVisible":
		return float64(visible), ok
	case "ApproximateNumberOfMessagesNotVisible":
		return float64(inFlight), ok
	}
	return 0, false
}

// taskOutput is where Amazon ECS has a task's output go. The error is why it can't start.
func (s *Server) taskOutput(t batch.Task) (io.WriteCloser, error) {
	out, err := s.logs.Writer(t.Account, t.Region, t.LogGroup, t.LogStream)
	if err != nil {
		return nil, fmt.Errorf("ResourceInitializationError: failed to validate logger args: create stream has been "+
			"retried 1 times: "+
			"failed to create Cloudwatch log stream: %w (log group %s)", err, t.LogGroup)
	}
	return out, nil
}

// publish puts an event on the bus. None that this server makes is refused there.
func (s *Server) publish(e eventbridge.Event) {
	if err := s.events.Publish(e); err != nil {
		s.opts.Log.Error("event lost", "source", e.Source, "error", err)
	}
}

func (s *Server) onJobChange(c batch.Change) {
	s.publish(eventbridge.Event{
		Account: c.Account, Region: c.Region, Source: "aws.batch", DetailType: "Batch Job State Change",
		Detail: c.Detail, Resources: []string{c.ARN},
	})
}

func (s *Server) onStackStatus(c cloudformation.Status) {
	s.publish(eventbridge.Event{
		Account: c.Account, Region: c.Region, Source: "aws.cloudformation",
		DetailType: "CloudFormation Stack Status Change", Resources: []string{c.StackID},
		Detail: map[string]any{
			"stack-id": c.StackID, "status-details": map[string]string{"status": c.Status, "status-reason": c.Reason},
			"client-request-token": c.Client,
		},
	})
}

func (s *Server) publishPush(p ecr.Push) {
	detail := map[string]string{
		"action-type": "PUSH", "result": "SUCCESS", "repository-name": p.Repository, "image-digest": p.Digest.String(),
		"manifest-media-type": p.MediaType,
	}
	if p.Tag != "" {
		detail["image-tag"] = p.Tag
	}
	s.publish(eventbridge.Event{
		Account: p.Account, Region: p.Region, Source: "aws.ecr", DetailType: "ECR Image Action", Detail: detail,
	})
}

// deliverToBatch submits the job of a rule, by the rule's role.
func (s *Server) deliverToBatch(_ context.Context, d eventbridge.Delivery) error {
	in := batch.SubmitJobInput{
		JobName: d.Target.BatchParameters.JobName, JobQueue: d.Target.ARN,
		JobDefinition: d.Target.BatchParameters.JobDefinition,
	}
	var given struct{ Parameters map[string]string }
	if err := json.Unmarshal([]byte(d.Input), &given); err != nil {
		return fmt.Errorf("the input of the job is no object: %w", err)
	}
	in.Parameters = given.Parameters
	id, err := s.submitAs(d.Target.RoleARN, d.Account, d.Region, in)
	if err == nil {
		s.opts.Log.Info("event became a job", "rule", d.RuleARN, "job", id)
	}
	return err
}

func (s *Server) deliverToLambda(_ context.Context, d eventbridge.Delivery) error {
	return s.lambda.InvokeLater(d.Account, d.Region, d.Target.ARN, []byte(d.Input))
}

// deliverToLogs writes the event to a stream of its own.
func (s *Server) deliverToLogs(_ context.Context, d eventbridge.Delivery) error {
	group := strings.TrimPrefix(d.Target.ARN,
		awsjson.Caller{Account: d.Account, Region: d.Region}.ARN("logs", "log-group:"))
	out, err := s.logs.Writer(d.Account, d.Region, strings.TrimSuffix(group, ":*"), eventStream(d.Input))
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, strings.ReplaceAll(d.Input, "\n", " "))
	return errors.Join(err, out.Close())
}

// eventStream names a stream by the event's id.
func eventStream(input string) string {
	var event struct{ ID string }
	if json.Unmarshal([]byte(input), &event) != nil || event.ID == "" {
		return "events"
	}
	return event.ID
}

func (s *Server) deliverToQueue(_ context.Context, d eventbridge.Delivery) error {
	return s.deadLetter(d.Account, d.Region, d.Target.ARN, d.Input)
}

// deadLetter sends a message to the queue of an ARN.
func (s *Server) deadLetter(account, region, queueARN, body string) error {
	c := awsjson.Caller{Account: account, Region: region, Service: "sqs"}
	name := strings.TrimPrefix(queueARN, c.ARN("sqs", ""))
	return s.sqs.Operations().Call(s.ctx, c, "SendMessage",
		map[string]string{"QueueUrl": sqs.URL(c, name), "MessageBody": body}, nil)
}

// functionEnvironment is what a function gets beside its own variables: the credentials of its role.
func (s *Server) functionEnvironment(account, region string, f lambda.Function) ([]string, error) {
	c, err := s.takenBy(lambdaService, f.Role, f.FunctionName, account)
	if err != nil {
		return nil, fmt.Errorf("the role defined for the function cannot be assumed by Lambda: %w", err)
	}
	return slices.Concat(s.jobEnvironment(region), c.Environment()), nil
}

// functionOutput is where a function's output goes. Without a log group it goes nowhere, and the function runs all the
// same.
func (s *Server) functionOutput(account, region, group, stream string) (io.WriteCloser, error) {
	out, err := s.logs.Writer(account, region, group, stream)
	if err != nil {
		s.opts.Log.Warn("function has no log", "group", group, "error", err)
		return nowhere{}, nil
	}
	return out, nil
}

type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (nowhere) Close() error                { return nil }

func (s *Server) onInvoke(account, region, function string, err error) {
	s.record(account, region, "AWS/Lambda", "Invocations", "FunctionName", function)
	if err != nil {
		s.record(account, region, "AWS/Lambda", "Errors", "FunctionName", function)
	}
}
