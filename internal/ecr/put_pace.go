package ecr

import (
	"context"
	"sync"

	"golang.org/x/time/rate"

	"ecrmirror/internal/imagename"
)

// DefaultPutImageRate is ECR's quota of PutImage calls a second, unless it was raised.
const DefaultPutImageRate = 10

// A putPace keeps calls of PutImage below ECR's quota. At once it lets through a fifth less than what the quota has for
// a second: calls take longer to arrive at one time than at another, and one that comes early is refused.
type putPace struct {
	rate int // calls a second

	mu       sync.Mutex
	limiters map[accountRegion]*rate.Limiter
}

// accountRegion is what ECR's quotas count by.
type accountRegion struct{ account, region string }

// newPutPace returns the pace for so many calls a second; 0 means DefaultPutImageRate.
func newPutPace(callsPerSecond int) *putPace {
	if callsPerSecond <= 0 {
		callsPerSecond = DefaultPutImageRate
	}
	return &putPace{rate: callsPerSecond, limiters: map[accountRegion]*rate.Limiter{}}
}

// wait waits until PutImage may be called for an image of this name. All registries of ECR
// Public are taken for one: a name doesn't tell which of them are the same account's.
func (p *putPace) wait(ctx context.Context, name imagename.Name) error {
	key := accountRegion{name.ECR.Account, name.ECR.Region}
	if name.Kind == imagename.ECRPublic {
		key = accountRegion{"ECR Public", publicRegion}
	}
	p.mu.Lock()
	limiter := p.limiters[key]
	if limiter == nil {
		limiter = rate.NewLimiter(rate.Limit(p.rate), max(1, p.rate-p.rate/5))
		p.limiters[key] = limiter
	}
	p.mu.Unlock()
	return limiter.Wait(ctx)
}
