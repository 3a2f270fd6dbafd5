// Package dynamodb is a stand-in for Amazon DynamoDB: minidyn's engine, one for
// each account and region, with what it lacks put in front of it: time to live,
// ListTables, a table's status and ARN, and pages smaller than the table. Items
// are never deleted because they expired; DynamoDB promises no time for it either.
package dynamodb

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"ecrmirror/localstack/awsjson"
)

// targetPrefix is what X-Amz-Target starts with.
const targetPrefix = "DynamoDB_20120810."

// bodyLimit is the size of the largest request DynamoDB takes, in bytes.
const bodyLimit = 16 << 20

// Options configure [New].
type Options struct {
	Home string // account of callers whose key is not an account's
	// PageLimit is the most items that one page of Scan looks at, as the megabyte is in DynamoDB. 0 leaves it to the caller's Limit.
	PageLimit int
	Now       func() time.Time // nil = time.Now
}

// A Service answers DynamoDB's API. It is safe for concurrent use.
type Service struct {
	opts Options

	mu     sync.Mutex
	worlds map[world]*tables
}

// A world is what DynamoDB keeps apart.
type world struct{ account, region string }

// New returns a service without tables.
func New(opts Options) *Service {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &Service{opts: opts, worlds: map[world]*tables{}}
}

// ServeHTTP answers requests whose X-Amz-Target is DynamoDB_20120810.<Operation>.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), targetPrefix)
	out, err := awsjson.Do(r, s.opts.Home, bodyLimit, func(ctx context.Context, c awsjson.Caller, body []byte) (any, error) {
		return s.tablesOf(c).do(ctx, c, name, body)
	})
	a, ok := out.(*answer)
	if !ok || err != nil {
		a = newAnswer()
		awsjson.Reply(a, out, err)
	}
	a.header.Set("Content-Type", "application/x-amz-json-1.0")
	a.seal()
	a.writeTo(w)
}

func (s *Service) tablesOf(c awsjson.Caller) *tables {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := world{c.Account, c.Region}
	t, ok := s.worlds[key]
	if !ok {
		t = newTables(s.opts)
		s.worlds[key] = t
	}
	return t
}
