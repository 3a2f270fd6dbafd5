package ecr

import (
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"ecrmirror/localstack/awsjson"
)

// A putPace counts the calls of PutImage against a quota, which AWS has for each account and region. Its zero value
// lets any number through.
type putPace struct {
	perSecond int // 0 = any number

	mu      sync.Mutex
	buckets map[registryID]*rate.Limiter
}

// take refuses a call that is one too many. How AWS counts is not published; here as many calls as the quota has for a
// second may come at once, and the next ones as the quota allows them.
//
// Source: Amazon ECR service quotas, "Rate of PutImage requests", 10 a second; the answer is that of the AWS services
// that speak JSON.
func (p *putPace) take(id registryID, now time.Time) error {
	if p.perSecond == 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.buckets == nil {
		p.buckets = map[registryID]*rate.Limiter{}
	}
	if p.buckets[id] == nil {
		p.buckets[id] = rate.NewLimiter(rate.Limit(p.perSecond), p.perSecond)
	}
	if p.buckets[id].AllowN(now, 1) {
		return nil
	}
	return &awsjson.Error{Status: http.StatusBadRequest, Code: "ThrottlingException", Message: "Rate exceeded"}
}
