package ecr

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"golang.org/x/sync/semaphore"
)

// largeAnswer is the size in bytes from which on an answer of ECR with a manifest waits for its turn to be read. The
// manifest is a text within JSON, of which the SDK makes seven times its size. A usual answer has 3 KiB.
const largeAnswer = 64 << 10

// largeAnswers lets large answers be read one at a time.
type largeAnswers struct{ turn *semaphore.Weighted }

func newLargeAnswers() largeAnswers { return largeAnswers{semaphore.NewWeighted(1)} }

// A largeTurn is that of one call. It waits when the answer turns out to be a large one.
type largeTurn struct {
	largeAnswers
	client ecr.HTTPClient
	taken  bool
}

// begin returns the option for a call, and what is to be called when all of its answer has been looked at.
func (l largeAnswers) begin() (option func(*ecr.Options), end func()) {
	t := &largeTurn{largeAnswers: l}
	option = func(o *ecr.Options) { t.client, o.HTTPClient = o.HTTPClient, t }
	end = func() {
		if t.taken {
			l.turn.Release(1)
		}
	}
	return option, end
}

// Do implements [ecr.HTTPClient].
func (t *largeTurn) Do(req *http.Request) (*http.Response, error) {
	resp, err := t.client.Do(req)
	if err != nil || t.taken || resp.ContentLength >= 0 && resp.ContentLength < largeAnswer {
		return resp, err
	}
	if err := t.turn.Acquire(req.Context(), 1); err != nil {
		resp.Body.Close()
		return nil, context.Cause(req.Context())
	}
	t.taken = true
	return resp, nil
}
