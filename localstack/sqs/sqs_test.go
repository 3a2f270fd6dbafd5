package sqs_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"ecrmirror/localstack/sqs"
	"ecrmirror/testkit/awstest"
)

const home = "111122223333"

func start(t *testing.T, opts sqs.Options) (*sqs.Service, string) {
	t.Helper()
	opts.Home = home
	service := sqs.New(opts)
	return service, awstest.Serve(t, service)
}

func client(url, account, region string) *awssqs.Client {
	return awssqs.NewFromConfig(awstest.Config(url, account, region))
}

func create(t *testing.T, c *awssqs.Client, attributes map[string]string) *string {
	t.Helper()
	out, err := c.CreateQueue(t.Context(), &awssqs.CreateQueueInput{
		QueueName: aws.String("letters"), Attributes: attributes,
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.QueueUrl
}

func TestMessagesAreInvisibleWhileTheyAreWorkedOn(t *testing.T) {
	now := time.Now()
	service, url := start(t, sqs.Options{Now: func() time.Time { return now }})
	c := client(url, home, "us-east-1")
	queue := create(t, c, map[string]string{"VisibilityTimeout": "60"})
	for _, body := range []string{"first", "second"} {
		if _, err := c.SendMessage(t.Context(),
			&awssqs.SendMessageInput{QueueUrl: queue, MessageBody: &body}); err != nil {
			t.Fatal(err)
		}
	}
	receive := func() []types.Message {
		out, err := c.ReceiveMessage(t.Context(), &awssqs.ReceiveMessageInput{QueueUrl: queue})
		if err != nil {
			t.Fatal(err)
		}
		return out.Messages
	}
	depth := func(visible, inFlight int) {
		t.Helper()
		if v, f, ok := service.Depth(home, "us-east-1", "letters"); v != visible || f != inFlight || !ok {
			t.Errorf("%d visible and %d in flight, want %d and %d", v, f, visible, inFlight)
		}
	}
	got := receive()
	if len(got) != 1 || aws.ToString(got[0].Body) != "first" {
		t.Fatalf("received %v", got)
	}
	depth(1, 1)
	if second := receive(); len(second) != 1 || aws.ToString(second[0].Body) != "second" || len(receive()) != 0 {
		t.Errorf("received %v", second)
	}
	if _, err := c.DeleteMessage(t.Context(),
		&awssqs.DeleteMessageInput{QueueUrl: queue, ReceiptHandle: got[0].ReceiptHandle}); err != nil {
		t.Fatal(err)
	}
	now = now.Add(61 * time.Second)
	depth(1, 0)
	if again := receive(); len(again) != 1 || aws.ToString(again[0].Body) != "second" {
		t.Errorf("received %v", again)
	}
	out, err := c.GetQueueAttributes(t.Context(), &awssqs.GetQueueAttributesInput{
		QueueUrl: queue, AttributeNames: []types.QueueAttributeName{"All"},
	})
	if err != nil || out.Attributes["ApproximateNumberOfMessagesNotVisible"] != "1" ||
		out.Attributes["VisibilityTimeout"] != "60" {
		t.Errorf("%v, %v", out, err)
	}
	if _, err := c.PurgeQueue(t.Context(), &awssqs.PurgeQueueInput{QueueUrl: queue}); err != nil {
		t.Fatal(err)
	}
	depth(0, 0)
}

func TestQueuesRefuse(t *testing.T) {
	_, url := start(t, sqs.Options{})
	c := client(url, home, "us-east-1")
	queue := create(t, c, map[string]string{"MaximumMessageSize": "1024"})
	create(t, c, map[string]string{"MaximumMessageSize": "1024"}) // the same again is no error
	make := func(name string, attributes map[string]string) error {
		_, err := c.CreateQueue(t.Context(), &awssqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
		return err
	}
	send := func(c *awssqs.Client, body string) error {
		_, err := c.SendMessage(t.Context(), &awssqs.SendMessageInput{QueueUrl: queue, MessageBody: &body})
		return err
	}
	for _, tc := range []struct {
		name string
		err  error
		code string
	}{
		{
			"another queue of the name", make("letters", map[string]string{"MaximumMessageSize": "2048"}),
			"QueueNameExists",
		},
		{"name", make("a.b", nil), "InvalidParameterValue"},
		{"unknown attribute", make("b", map[string]string{"Colour": "red"}), "InvalidAttributeName"},
		{
			"attribute out of bounds", make("b", map[string]string{"MessageRetentionPeriod": "59"}),
			"InvalidAttributeValue",
		},
		{"large message", send(c, strings.Repeat("x", 1025)), "InvalidParameterValue"},
		{"another account's queue", send(client(url, "444455556666", "us-east-1"), "x"), "QueueDoesNotExist"},
		{"another region's queue", send(client(url, home, "eu-west-1"), "x"), "QueueDoesNotExist"},
	} {
		if tc.err == nil || awstest.Code(tc.err) != tc.code {
			t.Errorf("%s: %v, want %s", tc.name, tc.err, tc.code)
		}
	}
	if _, err := c.DeleteQueue(t.Context(), &awssqs.DeleteQueueInput{QueueUrl: queue}); err != nil {
		t.Fatal(err)
	}
	_, err := c.GetQueueUrl(t.Context(), &awssqs.GetQueueUrlInput{QueueName: aws.String("letters")})
	if awstest.Code(err) != "QueueDoesNotExist" {
		t.Error(err)
	}
	list, err := c.ListQueues(t.Context(), &awssqs.ListQueuesInput{})
	if err != nil || len(list.QueueUrls) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}
