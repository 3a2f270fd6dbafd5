// Package sqs is a stand-in for Amazon SQS: standard queues, which nothing is lost from and
// whose order is that of sending. A message that was received is invisible for the queue's
// visibility timeout. Queues and messages are never deleted by their age.
//
// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/
package sqs

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"ecrmirror/localstack/awsjson"
)

const (
	targetPrefix = "AmazonSQS."
	bodyLimit    = 2 << 20 // bytes; a message has 1 MiB
)

// Options configure [New].
type Options struct {
	Home string           // account of callers whose access key id is not that of an account
	Now  func() time.Time // nil = time.Now
}

// A Service answers SQS's API. It is safe for concurrent use.
type Service struct {
	opts       Options
	operations awsjson.Operations

	mu     sync.Mutex
	queues map[key]*queue
	last   int // number of the newest message
}

// A key is a queue's place: accounts and regions are apart.
type key struct{ account, region, name string }

type queue struct {
	arn        string
	created    time.Time
	attributes map[string]string // that were given
	messages   []*message        // oldest first
}

type message struct {
	id       string
	body     string
	sent     time.Time
	visible  time.Time // from when on it can be received
	received int
	handle   string // of the last time that it was received
}

// New returns a service without queues.
func New(opts Options) *Service {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	s := &Service{opts: opts, queues: map[key]*queue{}}
	s.operations = awsjson.Operations{
		"CreateQueue":        awsjson.Func(s.createQueue),
		"DeleteMessage":      awsjson.Func(s.deleteMessage),
		"DeleteQueue":        awsjson.Func(s.deleteQueue),
		"GetQueueAttributes": awsjson.Func(s.getQueueAttributes),
		"GetQueueUrl":        awsjson.Func(s.getQueueURL),
		"ListQueues":         awsjson.Func(s.listQueues),
		"PurgeQueue":         awsjson.Func(s.purgeQueue),
		"ReceiveMessage":     awsjson.Func(s.receiveMessage),
		"SendMessage":        awsjson.Func(s.sendMessage),
		"SetQueueAttributes": awsjson.Func(s.setQueueAttributes),
	}
	return s
}

// ServeHTTP answers requests whose X-Amz-Target is AmazonSQS.<Operation>.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	awsjson.Serve(w, r, s.opts.Home, bodyLimit, targetPrefix, s.operations)
}

// Operations are what other stand-ins may call.
func (s *Service) Operations() awsjson.Operations { return s.operations }

// URL returns the URL of a queue, which is its name: no server answers there.
func URL(c awsjson.Caller, name string) string {
	suffix := ".amazonaws.com/"
	if awsjson.Partition(c.Region) == "aws-cn" {
		suffix = ".amazonaws.com.cn/"
	}
	return "https://sqs." + c.Region + suffix + c.Account + "/" + name
}

// queue finds the queue of a URL. The lock must be held.
func (s *Service) queue(c awsjson.Caller, url string) (*queue, key, error) {
	name := url[strings.LastIndex(url, "/")+1:]
	k := key{c.Account, c.Region, name}
	q, ok := s.queues[k]
	if !ok || url != URL(c, name) {
		return nil, k, awsjson.Errorf("QueueDoesNotExist", "The specified queue does not exist.")
	}
	return q, k, nil
}

// Depth is how many messages of a queue can be received, and how many are received and not yet deleted; false
// if there is no such queue.
func (s *Service) Depth(account, region, name string) (visible, inFlight int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, ok := s.queues[key{account, region, name}]
	if !ok {
		return 0, 0, false
	}
	visible, inFlight = q.depth(s.opts.Now())
	return visible, inFlight, true
}

func (q *queue) depth(now time.Time) (visible, inFlight int) {
	for _, m := range q.messages {
		if m.visible.After(now) {
			inFlight++
		} else {
			visible++
		}
	}
	return visible, inFlight
}
