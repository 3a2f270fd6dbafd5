// Package dynamodb is a stand-in for Amazon DynamoDB: tables of items by partition and sort key, without
// secondary indexes. It reads and writes single items, batches and transactions, with all expressions, scans and
// queries by pages, and refuses what DynamoDB refuses; a corpus of requests (testdata) holds it against DynamoDB
// Local. Parameters and operations that it does not have are refused by name. Items are never deleted because
// they expired; DynamoDB promises no time for it either.
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
	out, err := awsjson.Do(r, s.opts.Home, bodyLimit,
		func(_ context.Context, c awsjson.Caller, body []byte) (any, error) {
			op, ok := operations[name]
			if !ok {
				return nil, awsjson.Errorf("UnknownOperationException",
					"the stand-in for DynamoDB does not have %s", name)
			}
			return op(s.tablesOf(c), c, body)
		})
	reply(w, out, err)
}

func (s *Service) tablesOf(c awsjson.Caller) *tables {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := world{c.Account, c.Region}
	t, ok := s.worlds[key]
	if !ok {
		t = &tables{opts: s.opts, byName: map[string]*table{}}
		s.worlds[key] = t
	}
	return t
}
