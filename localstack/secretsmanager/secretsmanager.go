// Package secretsmanager is a stand-in for AWS Secrets Manager: CreateSecret,
// GetSecretValue, PutSecretValue and DeleteSecret. It does not rotate secrets.
package secretsmanager

import (
	"context"
	"crypto/rand"
	"net/http"
	"sync"
	"time"

	"ecrmirror/localstack/awsjson"
)

const (
	targetPrefix = "secretsmanager."
	bodyLimit    = 256 << 10 // bytes; the largest value has 64 KiB
	valueLimit   = 64 << 10  // bytes
)

// Options configure [New].
type Options struct {
	Home string           // account of callers whose access key id is not that of an account
	Now  func() time.Time // nil = time.Now
}

// A Service answers Secrets Manager's API. It is safe for concurrent use.
type Service struct {
	opts Options

	mu     sync.Mutex
	worlds map[world]map[string]*secret // by name
}

// A world is what Secrets Manager keeps apart.
type world struct{ account, region string }

// A secret is its versions. After DeleteSecret with a recovery window it is kept, but not given out.
type secret struct {
	name, arn string
	kmsKey    string             // ARN; "" for AWS's
	versions  map[string]version // by id
	current   string             // id with stage AWSCURRENT
	previous  string             // id with stage AWSPREVIOUS, "" if there is none
	deleted   time.Time          // when it goes; zero if it does not
}

// A version has a string or bytes.
type version struct {
	SecretString *string
	SecretBinary []byte
	created      time.Time
}

// New returns a service without secrets.
func New(opts Options) *Service {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &Service{opts: opts, worlds: map[world]map[string]*secret{}}
}

// ServeHTTP answers requests whose X-Amz-Target is secretsmanager.<Operation>.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	awsjson.Serve(w, r, s.opts.Home, bodyLimit, targetPrefix, map[string]awsjson.Operation{
		"CreateSecret":   awsjson.Func(s.createSecret),
		"GetSecretValue": awsjson.Func(s.getSecretValue),
		"PutSecretValue": awsjson.Func(s.putSecretValue),
		"DeleteSecret":   awsjson.Func(s.deleteSecret),
	})
}

// secrets returns the caller's secrets. The lock must be held.
func (s *Service) secrets(c awsjson.Caller) map[string]*secret {
	key := world{c.Account, c.Region}
	if s.worlds[key] == nil {
		s.worlds[key] = map[string]*secret{}
	}
	return s.worlds[key]
}

// find returns the caller's secret by name, ARN or ARN without its random end.
// The lock must be held.
func (s *Service) find(c awsjson.Caller, id string) (*secret, error) {
	secrets := s.secrets(c)
	if found, ok := secrets[id]; ok {
		return found, nil
	}
	for _, found := range secrets {
		if id == found.arn || id == found.arn[:len(found.arn)-len("-012345")] {
			return found, nil
		}
	}
	return nil, awsjson.Errorf("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
}

// live is [Service.find] for secrets that are not scheduled for deletion. The lock must be held.
func (s *Service) live(c awsjson.Caller, id string) (*secret, error) {
	found, err := s.find(c, id)
	if err == nil && !found.deleted.IsZero() {
		err = awsjson.Errorf("InvalidRequestException",
			"You can't perform this operation on the secret because it was marked for deletion.")
	}
	return found, err
}

func (s *Service) getSecretValue(
	_ context.Context, c awsjson.Caller, in struct{ SecretID, VersionID, VersionStage string },
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.live(c, in.SecretID)
	if err != nil {
		return nil, err
	}
	id, ok := found.version(in.VersionID, in.VersionStage)
	if !ok {
		return nil, awsjson.Errorf("ResourceNotFoundException",
			"Secrets Manager can't find the specified secret value for the version or staging label given.")
	}
	v := found.versions[id]
	out := map[string]any{
		"ARN": found.arn, "Name": found.name, "VersionId": id, "VersionStages": found.stages(id),
		"CreatedDate": awsjson.Seconds(v.created),
	}
	if v.SecretString != nil {
		out["SecretString"] = *v.SecretString
	} else {
		out["SecretBinary"] = v.SecretBinary
	}
	return out, nil
}

// version returns the id of the version with that id and stage; without both it is the current one.
func (s *secret) version(id, stage string) (string, bool) {
	switch stage {
	case "AWSCURRENT":
		return s.current, id == "" || id == s.current
	case "AWSPREVIOUS":
		return s.previous, s.previous != "" && (id == "" || id == s.previous)
	case "":
		if id == "" {
			id = s.current
		}
		_, ok := s.versions[id]
		return id, ok
	default:
		return "", false
	}
}

func (s *secret) stages(id string) []string {
	switch id {
	case s.current:
		return []string{"AWSCURRENT"}
	case s.previous:
		return []string{"AWSPREVIOUS"}
	default:
		return []string{}
	}
}

// suffix is the random end of a secret's ARN: a hyphen and 6 characters.
func suffix() string { return "-" + rand.Text()[:6] }
