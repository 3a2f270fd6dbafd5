package secretsmanager

import (
	"bytes"
	"context"
	"crypto/rand"
	"regexp"
	"strings"
	"time"

	"ecrmirror/localstack/awsjson"
)

var validName = regexp.MustCompile(`^[A-Za-z0-9/_+=.@-]{1,512}$`)

type writeInput struct {
	Name, SecretID     string
	ClientRequestToken string
	KMSKeyID           string // ARN of a key; "" for AWS's
	version
}

func (in writeInput) check(create bool) error {
	switch hasString := in.SecretString != nil; {
	case create && !validName.MatchString(in.Name):
		return awsjson.Errorf("ValidationException",
			"Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!")
	case in.KMSKeyID != "" && !strings.HasPrefix(in.KMSKeyID, "arn:"):
		return awsjson.Errorf("ValidationException", "The stand-in takes a key by its ARN alone, not %s.", in.KMSKeyID)
	case hasString && in.SecretBinary != nil:
		return awsjson.Errorf("InvalidParameterException",
			"You can't specify both a binary secret value and a string secret value in the same secret.")
	case !hasString && in.SecretBinary == nil && !create:
		return awsjson.Errorf("InvalidRequestException", "You must provide either SecretString or SecretBinary.")
	case hasString && (*in.SecretString == "" || len(*in.SecretString) > valueLimit), len(in.SecretBinary) > valueLimit:
		return awsjson.Errorf("ValidationException", "The secret value must have 1 to %d bytes.", valueLimit)
	}
	return nil
}

func (s *Service) createSecret(_ context.Context, c awsjson.Caller, in writeInput) (any, error) {
	if err := in.check(true); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	secrets := s.secrets(c)
	if old, ok := secrets[in.Name]; ok {
		if !old.deleted.IsZero() {
			return nil, awsjson.Errorf("InvalidRequestException",
				"You can't create this secret because a secret with this name is already scheduled for deletion.")
		}
		return nil, awsjson.Errorf("ResourceExistsException",
			"The operation failed because the secret %s already exists.", in.Name)
	}
	created := &secret{
		name: in.Name, arn: c.ARN("secretsmanager", "secret:"+in.Name+suffix()), kmsKey: in.KMSKeyID,
		versions: map[string]version{},
	}
	secrets[in.Name] = created
	out := map[string]any{"ARN": created.arn, "Name": created.name}
	if in.SecretString != nil || in.SecretBinary != nil {
		out["VersionId"] = created.add(in, s.opts.Now())
	}
	return out, nil
}

func (s *Service) putSecretValue(_ context.Context, c awsjson.Caller, in writeInput) (any, error) {
	if err := in.check(false); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.live(c, in.SecretID)
	if err != nil {
		return nil, err
	}
	id := in.ClientRequestToken
	switch old, exists := found.versions[id]; {
	case !exists:
		id = found.add(in, s.opts.Now())
	case !old.equal(in.version): // else it is the same request again
		return nil, awsjson.Errorf("ResourceExistsException",
			"A version with this ClientRequestToken and another value already exists.")
	}
	return map[string]any{"ARN": found.arn, "Name": found.name, "VersionId": id, "VersionStages": found.stages(id)}, nil
}

func (v version) equal(other version) bool {
	if v.SecretString == nil || other.SecretString == nil {
		return v.SecretString == other.SecretString && bytes.Equal(v.SecretBinary, other.SecretBinary)
	}
	return *v.SecretString == *other.SecretString
}

// add makes in's value the current version and returns its id, which is in's token if it has one.
func (s *secret) add(in writeInput, now time.Time) string {
	id := in.ClientRequestToken
	if id == "" {
		id = rand.Text()
	}
	in.created = now
	s.versions[id] = in.version
	s.current, s.previous = id, s.current
	return id
}

func (s *Service) deleteSecret(_ context.Context, c awsjson.Caller, in struct {
	SecretID                   string
	RecoveryWindowInDays       *int
	ForceDeleteWithoutRecovery bool
},
) (any, error) {
	days := 30
	if in.RecoveryWindowInDays != nil {
		days = *in.RecoveryWindowInDays
	}
	switch {
	case in.ForceDeleteWithoutRecovery && in.RecoveryWindowInDays != nil:
		return nil, awsjson.Errorf("InvalidParameterException",
			"You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
	case days < 7 || days > 30:
		return nil, awsjson.Errorf("InvalidParameterException",
			"The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.live(c, in.SecretID)
	if err != nil {
		return nil, err
	}
	found.deleted = s.opts.Now().AddDate(0, 0, days)
	if in.ForceDeleteWithoutRecovery {
		found.deleted = s.opts.Now()
		delete(s.secrets(c), found.name)
	}
	return map[string]any{
		"ARN": found.arn, "Name": found.name, "DeletionDate": awsjson.Seconds(found.deleted),
	}, nil
}
