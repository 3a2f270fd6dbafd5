// Package fault breaks what the stand-ins answer, as networks and services do: it
// throttles, fails, delays, resets and cuts off, loses replies whose effect took place,
// and lets presigned URLs expire. Rules say which calls, how often and how.
package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path"
	"sync"
	"time"

	"ecrmirror/localstack/stats"
)

// A Kind is a way to break a call.
type Kind string

// The kinds.
const (
	Throttle Kind = "throttle" // refused as a call too many, without effect
	Fail     Kind = "fail"     // refused by an internal error, without effect
	Delay    Kind = "delay"    // answered later
	Reset    Kind = "reset"    // the connection is reset before anything is done
	Cut      Kind = "cut"      // the connection is reset within the body of the answer
	Lose     Kind = "lose"     // done, but the connection is reset instead of an answer
	Expire   Kind = "expire"   // a presigned URL is refused as expired
)

// A Rule breaks some calls.
type Rule struct {
	// Operation says which calls: a pattern, as of path.Match, for what the statistics
	// call them: "ecr.UploadLayerPart", "ecr.*", "s3.GetObject", "v2.GET blob".
	Operation string `json:"operation"`
	Kind      Kind   `json:"kind"`
	// Rate is the share of these calls that break, chosen at random; 0 means all.
	Rate float64 `json:"rate,omitempty"`
	// Times is how many calls break at most; 0 means no limit.
	Times int `json:"times,omitempty"`
	// Delay is how much later a delayed call is answered.
	Delay time.Duration `json:"delay,omitempty"` // nanoseconds in JSON
	// After is how many bytes of the body a cut answer has; 0 means half of it where
	// its length is declared.
	After int64 `json:"after,omitempty"`
	// Code and Status are AWS's error code and the HTTP status of a throttled call to
	// an AWS service; "" and 0 mean ThrottlingException and 400. ECR also has
	// ThrottleException with 429.
	Code   string `json:"code,omitempty"`
	Status int    `json:"status,omitempty"`
}

func (r Rule) check() error {
	switch r.Kind {
	case Throttle, Fail, Delay, Reset, Cut, Lose, Expire:
	default:
		return fmt.Errorf("no kind of fault is called %q", r.Kind)
	}
	if _, err := path.Match(r.Operation, ""); err != nil || r.Operation == "" {
		return fmt.Errorf("operation %q is no pattern", r.Operation)
	}
	if r.Rate < 0 || r.Rate > 1 {
		return errors.New("rate is not between 0 and 1")
	}
	return nil
}

// An Injector breaks calls by its rules. Its zero value breaks none. It is safe for
// concurrent use.
type Injector struct {
	mu    sync.Mutex
	rules []*active
	rand  *rand.Rand
}

// active is a rule, and how often it has been applied.
type active struct {
	Rule
	applied int
}

// Set replaces all rules. The same seed chooses the same calls, if they come in the
// same order.
func (i *Injector) Set(seed uint64, rules ...Rule) error {
	list := make([]*active, len(rules))
	for n, rule := range rules {
		if err := rule.check(); err != nil {
			return fmt.Errorf("rule %d: %w", n+1, err)
		}
		list[n] = &active{Rule: rule}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.rules, i.rand = list, rand.New(rand.NewPCG(seed, seed))
	return nil
}

// choose returns the rules that break this call.
func (i *Injector) choose(operation string) []Rule {
	i.mu.Lock()
	defer i.mu.Unlock()
	var chosen []Rule
	for _, rule := range i.rules {
		if ok, _ := path.Match(rule.Operation, operation); !ok {
			continue
		}
		if rule.Times > 0 && rule.applied == rule.Times || rule.Rate > 0 && i.rand.Float64() >= rule.Rate {
			continue
		}
		rule.applied++
		chosen = append(chosen, rule.Rule)
	}
	return chosen
}

// Wrap returns next with the injector's faults. operation names a request; what breaks
// is counted as "fault." and its kind.
func (i *Injector) Wrap(next http.Handler, operation func(*http.Request) string, counter *stats.Counter) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := operation(r)
		handler := next
		for _, rule := range i.choose(name) {
			counter.Call("fault." + string(rule.Kind))
			handler = rule.breaking(handler, name)
		}
		handler.ServeHTTP(w, r)
	})
}
