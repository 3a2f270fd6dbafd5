package sqs

import (
	"context"
	"crypto/md5" //nolint:gosec // what SQS sends, and its clients check
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"ecrmirror/localstack/awsjson"
)

func sum(body string) string {
	digest := md5.Sum([]byte(body)) //nolint:gosec // see the import
	return hex.EncodeToString(digest[:])
}

func (s *Service) sendMessage(_ context.Context, c awsjson.Caller, in struct {
	QueueURL          string
	MessageBody       string
	DelaySeconds      *int
	MessageAttributes map[string]any
},
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, _, err := s.queue(c, in.QueueURL)
	switch {
	case err != nil:
		return nil, err
	case len(in.MessageAttributes) > 0:
		return nil, awsjson.Errorf("UnsupportedOperation", "the stand-in for SQS has no message attributes")
	case in.MessageBody == "":
		return nil, awsjson.Errorf("MissingParameter", "The request must contain the parameter MessageBody.")
	case len(in.MessageBody) > q.number("MaximumMessageSize"):
		return nil, awsjson.Errorf("InvalidParameterValue",
			"One or more parameters are invalid. Reason: Message must be shorter than %d bytes.",
			q.number("MaximumMessageSize"))
	}
	s.last++
	now := s.opts.Now()
	m := &message{
		id: fmt.Sprintf("00000000-0000-4000-8000-%012d", s.last), body: in.MessageBody, sent: now,
		visible: now.Add(q.seconds(in.DelaySeconds, "DelaySeconds")),
	}
	q.messages = append(q.messages, m)
	return map[string]string{"MessageId": m.id, "MD5OfMessageBody": sum(m.body)}, nil
}

// receiveMessage returns at once, also where there is nothing and the caller would wait.
func (s *Service) receiveMessage(_ context.Context, c awsjson.Caller, in struct {
	QueueURL            string
	MaxNumberOfMessages *int
	VisibilityTimeout   *int
	WaitTimeSeconds     *int
},
) (any, error) {
	most := 1
	if in.MaxNumberOfMessages != nil {
		most = *in.MaxNumberOfMessages
	}
	if most < 1 || most > 10 {
		return nil, awsjson.Errorf("InvalidParameterValue",
			"Value %d for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
			most)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	q, _, err := s.queue(c, in.QueueURL)
	if err != nil {
		return nil, err
	}
	now := s.opts.Now()
	list := q.receive(most, now, now.Add(q.seconds(in.VisibilityTimeout, "VisibilityTimeout")))
	return map[string]any{"Messages": list}, nil
}

// receive takes the oldest messages that can be received now, which are invisible then until a time.
func (q *queue) receive(most int, now, until time.Time) []map[string]any {
	list := []map[string]any{}
	for _, m := range q.messages {
		if len(list) == most {
			break
		}
		if m.visible.After(now) {
			continue
		}
		m.received++
		m.handle, m.visible = m.id+"#"+strconv.Itoa(m.received), until
		list = append(list, map[string]any{
			"MessageId": m.id, "ReceiptHandle": m.handle, "Body": m.body, "MD5OfBody": sum(m.body),
			"Attributes": map[string]string{
				"SentTimestamp":           strconv.FormatInt(m.sent.UnixMilli(), 10),
				"ApproximateReceiveCount": strconv.Itoa(m.received),
			},
		})
	}
	return list
}

// seconds is the time that a request gives, or else the queue's attribute.
func (q *queue) seconds(given *int, attribute string) time.Duration {
	n := q.number(attribute)
	if given != nil {
		n = *given
	}
	return time.Duration(n) * time.Second
}

func (s *Service) deleteMessage(
	_ context.Context, c awsjson.Caller, in struct{ QueueURL, ReceiptHandle string },
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, _, err := s.queue(c, in.QueueURL)
	if err != nil {
		return nil, err
	}
	if in.ReceiptHandle == "" {
		return nil, awsjson.Errorf("MissingParameter", "The request must contain the parameter ReceiptHandle.")
	}
	q.messages = slices.DeleteFunc(q.messages, func(m *message) bool { return m.handle == in.ReceiptHandle })
	return struct{}{}, nil
}
