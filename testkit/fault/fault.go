// Package fault breaks what the stand-ins answer, as networks and services do: it
// throttles, fails, denies, delays, resets, cuts off, stalls, falsifies, loses replies whose
// effect took place, and lets presigned URLs expire. Rules say which calls, how often and how.
package fault

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// A Kind is a way to break a call.
type Kind string

// The kinds.
const (
	Throttle Kind = "throttle" // refused as a call too many, without effect
	Fail     Kind = "fail"     // refused by an internal error, without effect
	Deny     Kind = "deny"     // refused for want of permission, without effect
	Delay    Kind = "delay"    // answered later
	Slow     Kind = "slow"     // what the client sends is read slowly
	Skew     Kind = "skew"     // answered by a clock that is wrong; AWS refuses signatures of other times
	Reset    Kind = "reset"    // the connection is reset before anything is done
	Cut      Kind = "cut"      // the connection is reset within the body of the answer
	Stall    Kind = "stall"    // the body of the answer stops in its middle
	Short    Kind = "short"    // the body ends in its middle, as if that were all
	Corrupt  Kind = "corrupt"  // a bit of the body is wrong
	Whole    Kind = "whole"    // a range is answered with all there is, and 200
	Shift    Kind = "shift"    // a range is answered with another one, and its Content-Range
	Lose     Kind = "lose"     // done, but the connection is reset instead of an answer
	Expire   Kind = "expire"   // a presigned URL is refused as expired
)

// A Rule breaks some calls.
type Rule struct {
	// Operation says which calls: a pattern, as of path.Match, for what the statistics
	// call them: "ecr.UploadLayerPart", "ecr.*", "s3.GetObject", "v2.GET blob".
	Operation string `json:"operation"`
	// Path is what the path of these calls has in it, such as the tag or digest of a single image; "" means any.
	Path string `json:"path,omitempty"`
	Kind Kind   `json:"kind"`
	// Rate is the share of these calls that break, chosen at random; 0 means all.
	Rate float64 `json:"rate,omitempty"`
	// PerMiB is the chance of each MiB of the body to be where it is cut, stalls, ends or is
	// wrong, instead of Rate, Times and After: a long body breaks more often than a short one.
	PerMiB float64 `json:"perMiB,omitempty"`
	// Times is how many calls break at most; 0 means no limit.
	Times int `json:"times,omitempty"`
	// Delay is how much later a delayed call is answered, and how long a stalled one stops;
	// 0 there means until the client has gone.
	Delay time.Duration `json:"delay,omitempty"` // nanoseconds in JSON
	// After is how many bytes of the body come before it is cut, stalls, ends or is wrong; 0
	// means half of it where its length is declared.
	After int64 `json:"after,omitempty"`
	// Speed is how many bytes a second a slow call takes of what is sent.
	Speed int64 `json:"speed,omitempty"`
	// Code and Status are AWS's error code and the HTTP status of a throttled call to
	// an AWS service; "" and 0 mean ThrottlingException and 400. ECR also has
	// ThrottleException with 429. Status is also that of a failed call; 0 means 500.
	Code   string `json:"code,omitempty"`
	Status int    `json:"status,omitempty"`
	// RetryAfter is the Retry-After of a call that is throttled or failed; 0 means none. It is
	// in seconds, or where Clock is not 0, a date.
	RetryAfter time.Duration `json:"retryAfter,omitempty"` // nanoseconds in JSON
	// Clock is by how much the clock of the server is ahead.
	Clock time.Duration `json:"clock,omitempty"` // nanoseconds in JSON
}

func (r Rule) check() error {
	switch r.Kind {
	case Cut, Stall, Short, Corrupt:
		if r.PerMiB < 0 || r.PerMiB >= 1 {
			return errors.New("perMiB is not between 0 and 1")
		}
	case Throttle, Fail, Deny, Delay, Skew, Reset, Whole, Shift, Lose, Expire:
	case Slow:
		if r.Speed <= 0 {
			return errors.New("slow without a speed")
		}
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
	mu     sync.Mutex
	rules  []*active
	rand   *rand.Rand
	broken Broken
}

// Broken is how many calls were broken, by the kind.
type Broken map[Kind]int64

// Total returns the number of all broken calls.
func (b Broken) Total() (n int64) {
	for _, times := range b {
		n += times
	}
	return n
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

// choose returns the rules that break this call, to a path.
func (i *Injector) choose(operation, to string) []Rule {
	i.mu.Lock()
	defer i.mu.Unlock()
	var chosen []Rule
	for _, rule := range i.rules {
		if ok, _ := path.Match(rule.Operation, operation); !ok || !strings.Contains(to, rule.Path) {
			continue
		}
		if rule.Times > 0 && rule.applied == rule.Times {
			continue
		}
		if rule.PerMiB > 0 {
			// How far it is to the first event whose chance is the same everywhere.
			one := rule.Rule
			one.After = 1 + int64(i.rand.ExpFloat64()/-math.Log1p(-rule.PerMiB)*(1<<20))
			chosen = append(chosen, one)
			continue
		}
		if rule.Rate > 0 && i.rand.Float64() >= rule.Rate {
			continue
		}
		rule.applied++
		chosen = append(chosen, rule.Rule)
	}
	return chosen
}

// Broken returns how many calls the injector has broken so far. A call counts when it breaks.
func (i *Injector) Broken() Broken {
	i.mu.Lock()
	defer i.mu.Unlock()
	return maps.Clone(i.broken)
}

func (i *Injector) count(kind Kind) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.broken == nil {
		i.broken = Broken{}
	}
	i.broken[kind]++
}

// Wrap returns next with the injector's faults. operation names a request.
func (i *Injector) Wrap(next http.Handler, operation func(*http.Request) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := operation(r)
		handler := next
		for _, rule := range i.choose(name, r.URL.Path) {
			handler = rule.breaking(handler, name, func() { i.count(rule.Kind) })
		}
		handler.ServeHTTP(w, r)
	})
}
