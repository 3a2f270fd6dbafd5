package kms

import (
	"context"

	"ecrmirror/localstack/awsjson"
)

// usable returns an error unless the key may sign. Of one that is to be deleted KMS says either of two codes.
//
// Source: AWS KMS Developer Guide, "Key states of AWS KMS keys".
func (k *key) usable() error {
	switch k.state {
	case disabled:
		return awsjson.Errorf("DisabledException", "%s is disabled.", k.arn)
	case pendingDeletion:
		return k.pending()
	}
	return nil
}

func (k *key) pending() error {
	return awsjson.Errorf("KMSInvalidStateException", "%s is pending deletion.", k.arn)
}

func (s *Service) disableKey(_ context.Context, c awsjson.Caller, in struct{ KeyID string }) (any, error) {
	return struct{}{}, s.change(c, in.KeyID, disabled)
}

func (s *Service) enableKey(_ context.Context, c awsjson.Caller, in struct{ KeyID string }) (any, error) {
	return struct{}{}, s.change(c, in.KeyID, enabled)
}

func (s *Service) change(c awsjson.Caller, id string, to keyState) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.ownKey(c, id)
	if err == nil && k.state == pendingDeletion {
		err = k.pending()
	}
	if err == nil {
		k.state = to
	}
	return err
}

// ownKey returns the key that an operation changes: one of the caller's account, not by an alias. The lock must be
// held.
func (s *Service) ownKey(c awsjson.Caller, id string) (*key, error) {
	k, err := s.find(c, id)
	switch {
	case err != nil:
		return nil, err
	case aliasName.MatchString(lastPart(id)):
		return nil, awsjson.Errorf("InvalidArnException", "Key Aliases are not supported for this operation.")
	case k.account != c.Account:
		return nil, awsjson.Errorf("NotFoundException", "Invalid arn %s", k.account)
	}
	return k, nil
}

// lastPart returns what follows an ARN's account, or all of what is no ARN.
func lastPart(id string) string {
	if m := keyARN.FindStringSubmatch(id); m != nil {
		return m[3]
	}
	return id
}

func (s *Service) scheduleKeyDeletion(_ context.Context, c awsjson.Caller, in struct {
	KeyID               string
	PendingWindowInDays *int
},
) (any, error) {
	days := 30
	if in.PendingWindowInDays != nil {
		days = *in.PendingWindowInDays
	}
	if days < 7 || days > 30 {
		return nil, awsjson.Errorf("ValidationException",
			"PendingWindowInDays must be between 7 and 30 (inclusive), and is %d.", days)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.ownKey(c, in.KeyID)
	switch {
	case err != nil:
		return nil, err
	case k.state == pendingDeletion:
		return nil, k.pending()
	}
	k.state, k.deleted = pendingDeletion, s.opts.Now().AddDate(0, 0, days)
	return map[string]any{
		"KeyId": k.arn, "KeyState": k.state, "DeletionDate": awsjson.Seconds(k.deleted), "PendingWindowInDays": days,
	}, nil
}
