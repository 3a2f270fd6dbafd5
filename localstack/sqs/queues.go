package sqs

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecrmirror/localstack/awsjson"
)

var queueName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)

// A bound is what a numeric attribute may be, and what it is if nobody says.
type bound struct{ least, most, otherwise int }

var bounds = map[string]bound{
	"DelaySeconds":                  {0, 900, 0},
	"MaximumMessageSize":            {1024, 1 << 20, 1 << 20},
	"MessageRetentionPeriod":        {60, 1_209_600, 345_600},
	"ReceiveMessageWaitTimeSeconds": {0, 20, 0},
	"VisibilityTimeout":             {0, 43_200, 30},
}

// others are attributes that are kept and not looked at.
var others = []string{
	"KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "Policy", "RedriveAllowPolicy", "RedrivePolicy",
	"SqsManagedSseEnabled",
}

func checkAttributes(attributes map[string]string) error {
	for name, value := range attributes {
		b, numeric := bounds[name]
		n, err := strconv.Atoi(value)
		switch {
		case numeric && (err != nil || n < b.least || n > b.most):
			return awsjson.Errorf("InvalidAttributeValue", "Invalid value for the parameter %s.", name)
		case !numeric && !slices.Contains(others, name):
			return awsjson.Errorf("InvalidAttributeName", "Unknown Attribute %s.", name)
		}
	}
	return nil
}

// number is the value of a numeric attribute.
func (q *queue) number(name string) int {
	if n, err := strconv.Atoi(q.attributes[name]); err == nil {
		return n
	}
	return bounds[name].otherwise
}

func (s *Service) createQueue(_ context.Context, c awsjson.Caller, in struct {
	QueueName  string
	Attributes map[string]string
},
) (any, error) {
	if !queueName.MatchString(in.QueueName) {
		return nil, awsjson.Errorf("InvalidParameterValue",
			"Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
	}
	if err := checkAttributes(in.Attributes); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k := key{c.Account, c.Region, in.QueueName}
	url := map[string]string{"QueueUrl": URL(c, in.QueueName)}
	if q, exists := s.queues[k]; exists {
		return url, q.checkSame(in.Attributes)
	}
	attributes := maps.Clone(in.Attributes)
	if attributes == nil {
		attributes = map[string]string{}
	}
	s.queues[k] = &queue{arn: c.ARN("sqs", in.QueueName), created: s.opts.Now(), attributes: attributes}
	return url, nil
}

// checkSame refuses attributes that the queue was not created with.
func (q *queue) checkSame(attributes map[string]string) error {
	for name, value := range attributes {
		if q.attributes[name] != value {
			return awsjson.Errorf("QueueNameExists",
				"A queue already exists with the same name and a different value for attribute %s", name)
		}
	}
	return nil
}

func (s *Service) deleteQueue(_ context.Context, c awsjson.Caller, in struct{ QueueURL string }) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, k, err := s.queue(c, in.QueueURL)
	if err != nil {
		return nil, err
	}
	delete(s.queues, k)
	return struct{}{}, nil
}

func (s *Service) getQueueURL(
	_ context.Context, c awsjson.Caller, in struct{ QueueName, QueueOwnerAWSAccountID string },
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	url := URL(c, in.QueueName)
	_, _, err := s.queue(c, url)
	return map[string]string{"QueueUrl": url}, err
}

func (s *Service) listQueues(_ context.Context, c awsjson.Caller, in struct{ QueueNamePrefix string }) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	urls := []string{}
	for k := range s.queues {
		if k.account == c.Account && k.region == c.Region && strings.HasPrefix(k.name, in.QueueNamePrefix) {
			urls = append(urls, URL(c, k.name))
		}
	}
	slices.Sort(urls)
	return map[string]any{"QueueUrls": urls}, nil
}

func (s *Service) setQueueAttributes(_ context.Context, c awsjson.Caller, in struct {
	QueueURL   string
	Attributes map[string]string
},
) (any, error) {
	if err := checkAttributes(in.Attributes); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	q, _, err := s.queue(c, in.QueueURL)
	if err != nil {
		return nil, err
	}
	maps.Copy(q.attributes, in.Attributes)
	return struct{}{}, nil
}

func (s *Service) getQueueAttributes(_ context.Context, c awsjson.Caller, in struct {
	QueueURL       string
	AttributeNames []string
},
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, _, err := s.queue(c, in.QueueURL)
	if err != nil {
		return nil, err
	}
	all := q.described(s.opts.Now())
	out := map[string]string{}
	for _, name := range in.AttributeNames {
		value, ok := all[name]
		switch {
		case name == "All":
			return map[string]any{"Attributes": all}, nil
		case !ok && !slices.Contains(others, name):
			return nil, awsjson.Errorf("InvalidAttributeName", "Unknown Attribute %s.", name)
		case ok:
			out[name] = value
		}
	}
	return map[string]any{"Attributes": out}, nil
}

// described are all attributes of the queue: those that were given, the defaults of others, and what it has now.
func (q *queue) described(now time.Time) map[string]string {
	visible, inFlight := q.depth(now)
	all := maps.Clone(q.attributes)
	for name := range bounds {
		all[name] = strconv.Itoa(q.number(name))
	}
	all["ApproximateNumberOfMessages"] = strconv.Itoa(visible)
	all["ApproximateNumberOfMessagesNotVisible"] = strconv.Itoa(inFlight)
	all["ApproximateNumberOfMessagesDelayed"] = "0"
	all["QueueArn"], all["CreatedTimestamp"] = q.arn, strconv.FormatInt(q.created.Unix(), 10)
	return all
}

func (s *Service) purgeQueue(_ context.Context, c awsjson.Caller, in struct{ QueueURL string }) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, _, err := s.queue(c, in.QueueURL)
	if err != nil {
		return nil, err
	}
	q.messages = nil
	return struct{}{}, nil
}
