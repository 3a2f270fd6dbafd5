// Package eventbridge is a stand-in for Amazon EventBridge: the default bus of each account and
// region, with rules that hand events of AWS's services to targets. Schedules are kept and never
// fire: hours would pass. A target that refuses an event is asked no second time; the event
// goes to its dead-letter queue at once.
//
// Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/
package eventbridge

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"ecrmirror/localstack/awsjson"
)

const (
	targetPrefix = "AWSEvents."
	bodyLimit    = 1 << 20 // bytes
)

// An Event is one that a service of AWS puts on the bus.
type Event struct {
	Account, Region string
	Source          string // such as "aws.ecr"
	DetailType      string
	Detail          any // what encoding/json encodes
	Resources       []string
}

// A Delivery is an event for a target.
type Delivery struct {
	Account, Region string
	RuleARN         string
	Target          Target
	Input           string // the event, or what the target makes of it
}

// Options configure [New].
type Options struct {
	Home string // account of callers whose access key id is not that of an account
	// Deliver hands an event to a target, by the service in the target's ARN, such as "lambda". Rules with
	// other targets are refused.
	Deliver map[string]func(context.Context, Delivery) error
	// DeadLetter takes an event that a target would not, for the queue of that ARN; nil = it is dropped.
	DeadLetter func(account, region, queueARN, body string) error
	OnMatch    func(account, region, rule string) // is told of each event that a rule matches; may be nil
	Log        *slog.Logger                       // nil = discard
	Now        func() time.Time                   // nil = time.Now
}

// A Service answers EventBridge's API. It is safe for concurrent use.
type Service struct {
	opts       Options
	operations awsjson.Operations
	ctx        context.Context //nolint:containedctx // the service's own life, and its deliveries'; ends with Close
	stop       context.CancelFunc
	delivering sync.WaitGroup

	mu    sync.Mutex
	rules map[key]*rule
	last  int // number of the newest event
}

// A key is a rule's place: accounts and regions are apart.
type key struct{ account, region, name string }

// New returns a service without rules. What it delivers ends with ctx, or with Close.
func New(ctx context.Context, opts Options) *Service {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	s := &Service{opts: opts, rules: map[key]*rule{}}
	s.ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	s.operations = awsjson.Operations{
		"DeleteRule":        awsjson.Func(s.deleteRule),
		"DescribeRule":      awsjson.Func(s.describeRule),
		"ListRules":         awsjson.Func(s.listRules),
		"ListTargetsByRule": awsjson.Func(s.listTargets),
		"PutRule":           awsjson.Func(s.putRule),
		"PutTargets":        awsjson.Func(s.putTargets),
		"RemoveTargets":     awsjson.Func(s.removeTargets),
	}
	return s
}

// Close stops deliveries and waits for them.
func (s *Service) Close() {
	s.stop()
	s.delivering.Wait()
}

// ServeHTTP answers requests whose X-Amz-Target is AWSEvents.<Operation>.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	awsjson.Serve(w, r, s.opts.Home, bodyLimit, targetPrefix, s.operations)
}

// Operations are what other stand-ins may call.
func (s *Service) Operations() awsjson.Operations { return s.operations }

// Publish puts an event on the bus of its account and region. It does not wait for the targets.
func (s *Service) Publish(e Event) error {
	s.mu.Lock()
	if len(s.rules) == 0 {
		s.mu.Unlock()
		return nil
	}
	envelope := s.envelope(e)
	s.mu.Unlock()
	doc, err := json.Marshal(envelope)
	if err != nil {
		return fmt.Errorf("publishing an event of %s: %w", e.Source, err)
	}
	var event map[string]any
	if err := json.Unmarshal(doc, &event); err != nil {
		return fmt.Errorf("publishing an event of %s: %w", e.Source, err)
	}
	for _, r := range s.matching(e.Account, e.Region, event) {
		if s.opts.OnMatch != nil {
			s.opts.OnMatch(e.Account, e.Region, r.name)
		}
		for _, target := range r.targets {
			s.delivering.Add(1)
			go func() {
				defer s.delivering.Done()
				s.deliver(Delivery{Account: e.Account, Region: e.Region, RuleARN: r.arn, Target: target}, event, doc)
			}()
		}
	}
	return nil
}

// envelope returns the event as rules and targets see it, with an id of its own. The lock must be held.
func (s *Service) envelope(e Event) map[string]any {
	s.last++
	return map[string]any{
		"version": "0", "id": fmt.Sprintf("00000000-0000-4000-8000-%012d", s.last), "source": e.Source,
		"detail-type": e.DetailType,
		"account":     e.Account, "region": e.Region, "time": s.opts.Now().UTC().Format(time.RFC3339),
		"resources": append([]string{}, e.Resources...), "detail": e.Detail,
	}
}

// matching returns copies of the rules that match an event.
func (s *Service) matching(account, region string, event map[string]any) []rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []rule
	for k, r := range s.rules {
		if k.account == account && k.region == region && r.state == "ENABLED" && r.pattern != nil &&
			r.pattern.Match(event) {
			c := *r
			c.targets = slices.Clone(r.targets)
			list = append(list, c)
		}
	}
	return list
}

// deliver hands the event over, or puts it among the dead letters.
func (s *Service) deliver(d Delivery, event map[string]any, doc []byte) {
	input, err := d.Target.input(event, string(doc))
	if err == nil {
		d.Input = input
		err = s.opts.Deliver[serviceOf(d.Target.ARN)](s.ctx, d)
	}
	if err == nil || s.ctx.Err() != nil {
		return
	}
	s.opts.Log.Warn("event not delivered", "rule", d.RuleARN, "target", d.Target.ARN, "error", err)
	queue := d.Target.DeadLetterConfig.ARN
	if queue == "" || s.opts.DeadLetter == nil {
		return
	}
	if err := s.opts.DeadLetter(d.Account, d.Region, queue, string(doc)); err != nil {
		s.opts.Log.Error("event lost", "rule", d.RuleARN, "queue", queue, "error", err)
	}
}

// serviceOf is the service of an ARN.
func serviceOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 {
		return ""
	}
	return parts[2]
}
