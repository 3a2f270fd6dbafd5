// Package ssm is a stand-in for the parameter store of AWS Systems Manager:
// GetParameter, GetParameters, PutParameter and DeleteParameter.
package ssm

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"ecrmirror/localstack/awsjson"
)

const (
	targetPrefix = "AmazonSSM."
	bodyLimit    = 64 << 10 // bytes; the largest value has 8 KiB
)

// Options configure [New].
type Options struct {
	Home string           // account of callers whose access key id is not that of an account
	Now  func() time.Time // nil = time.Now
}

// A Service answers Systems Manager's API. It is safe for concurrent use.
type Service struct {
	opts Options

	mu         sync.Mutex
	parameters map[key]*parameter
}

// A key is a parameter's place: accounts and regions are apart.
type key struct{ account, region, name string }

// A parameter is its versions, version n at n-1. Its type is the same for all.
type parameter struct {
	arn, kind string
	kmsKey    string // ARN; "" for AWS's
	versions  []version
}

type version struct {
	value    string
	modified time.Time
}

// New returns a service without parameters.
func New(opts Options) *Service {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &Service{opts: opts, parameters: map[key]*parameter{}}
}

// ServeHTTP answers requests whose X-Amz-Target is AmazonSSM.<Operation>.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	awsjson.Serve(w, r, s.opts.Home, bodyLimit, targetPrefix, map[string]awsjson.Operation{
		"GetParameter":    awsjson.Func(s.getParameter),
		"GetParameters":   awsjson.Func(s.getParameters),
		"PutParameter":    awsjson.Func(s.putParameter),
		"DeleteParameter": awsjson.Func(s.deleteParameter),
	})
}

func (s *Service) getParameter(_ context.Context, c awsjson.Caller, in struct {
	Name           string
	WithDecryption bool
},
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.find(c, in.Name, in.WithDecryption)
	if err != nil {
		return nil, err
	}
	return map[string]any{"Parameter": p}, nil
}

func (s *Service) getParameters(_ context.Context, c awsjson.Caller, in struct {
	Names          []string
	WithDecryption bool
},
) (any, error) {
	if len(in.Names) < 1 || len(in.Names) > 10 {
		return nil, awsjson.Errorf("ValidationException", "Names must have 1 to 10 names, got %d", len(in.Names))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found, invalid := []map[string]any{}, []string{}
	for _, name := range in.Names {
		p, err := s.find(c, name, in.WithDecryption)
		if err != nil {
			invalid = append(invalid, name)
			continue
		}
		found = append(found, p)
	}
	return map[string]any{"Parameters": found, "InvalidParameters": invalid}, nil
}

// find describes the parameter that selector means: a name or ARN, or a name with
// :version. The lock must be held.
func (s *Service) find(c awsjson.Caller, selector string, decrypt bool) (map[string]any, error) {
	name, wanted := selector, ""
	if !strings.HasPrefix(selector, "arn:") {
		name, wanted, _ = strings.Cut(selector, ":")
	}
	p, ok := s.parameters[keyOf(c, name)]
	if !ok {
		return nil, awsjson.Errorf("ParameterNotFound", "Parameter %s not found.", selector)
	}
	n := len(p.versions)
	if wanted != "" {
		var err error
		if n, err = strconv.Atoi(wanted); err != nil || n < 1 || n > len(p.versions) {
			return nil, awsjson.Errorf("ParameterVersionNotFound",
				"Version %s of parameter %s not found.", wanted, name)
		}
	}
	v := p.versions[n-1]
	out := map[string]any{
		"ARN": p.arn, "Name": p.name(), "Type": p.kind, "DataType": "text", "Version": n,
		"Value": v.value, "LastModifiedDate": awsjson.Seconds(v.modified),
	}
	if p.kind == secureString && !decrypt {
		out["Value"] = encrypted(v.value)
	}
	if wanted != "" {
		out["Selector"] = ":" + wanted
	}
	return out, nil
}

func (s *Service) deleteParameter(_ context.Context, c awsjson.Caller, in struct{ Name string }) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := keyOf(c, in.Name)
	if _, ok := s.parameters[k]; !ok {
		return nil, awsjson.Errorf("ParameterNotFound", "Parameter %s not found.", in.Name)
	}
	delete(s.parameters, k)
	return struct{}{}, nil
}

// keyOf is the place of the parameter that a caller names or gives the ARN of.
// An ARN of another account or region names nothing of the caller's.
func keyOf(c awsjson.Caller, nameOrARN string) key {
	name := nameOrARN
	if rest, ok := strings.CutPrefix(nameOrARN, c.ARN("ssm", "parameter/")); ok {
		name = rest
		if strings.Contains(rest, "/") { // names with a path start with a slash
			name = "/" + rest
		}
	}
	return key{c.Account, c.Region, name}
}
