package kms

import (
	"context"
	"maps"
	"slices"
	"strings"

	"ecrmirror/localstack/awsjson"
)

func (s *Service) createAlias(
	_ context.Context, c awsjson.Caller, in struct{ AliasName, TargetKeyID string },
) (any, error) {
	switch {
	case !strings.HasPrefix(in.AliasName, "alias/"):
		return nil, awsjson.Errorf("ValidationException", "Invalid identifier")
	case strings.HasPrefix(in.AliasName, "alias/aws/"):
		return nil, awsjson.Errorf("NotAuthorizedException", "The alias/aws/ prefix is reserved.")
	case !aliasName.MatchString(in.AliasName):
		return nil, awsjson.Errorf("ValidationException", "1 validation error detected: Value '%s' at 'aliasName' failed "+
			"to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$", in.AliasName)
	case aliasName.MatchString(lastPart(in.TargetKeyID)):
		return nil, awsjson.Errorf("ValidationException", "Aliases must refer to keys. Not aliases")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.ownKey(c, in.TargetKeyID)
	if err != nil {
		return nil, err
	}
	there := s.world(place{c.Account, c.Region})
	switch {
	case there.aliases[in.AliasName] != nil:
		return nil, awsjson.Errorf("AlreadyExistsException", "An alias with the name %s already exists",
			c.ARN("kms", in.AliasName))
	case k.state == pendingDeletion:
		return nil, k.pending()
	}
	there.aliases[in.AliasName] = &alias{k, s.opts.Now()}
	return struct{}{}, nil
}

// listAliases lists all of the caller's aliases, or those of one key. They are few: there are no pages.
func (s *Service) listAliases(_ context.Context, c awsjson.Caller, in struct{ KeyID string }) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var of *key
	if in.KeyID != "" {
		var err error
		if of, err = s.ownKey(c, in.KeyID); err != nil {
			return nil, err
		}
	}
	list := []map[string]any{}
	there := s.world(place{c.Account, c.Region})
	for _, name := range slices.Sorted(maps.Keys(there.aliases)) {
		a := there.aliases[name]
		if of != nil && a.key != of {
			continue
		}
		list = append(list, map[string]any{
			"AliasName": name, "AliasArn": c.ARN("kms", name), "TargetKeyId": a.key.id,
			"CreationDate": awsjson.Seconds(a.created), "LastUpdatedDate": awsjson.Seconds(a.created),
		})
	}
	return map[string]any{"Aliases": list, "Truncated": false}, nil
}
