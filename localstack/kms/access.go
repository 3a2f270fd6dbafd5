package kms

import (
	"encoding/json"
	"maps"
	"slices"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/iam"
)

// Access returns what a call of the API takes, given its body: the action on the key, whichever of its names the call
// has, and for a new alias on that, too. A key of another account has no policy that lets anybody use it, and nobody is
// told whether there is one. A key of the caller's account that is not found is told of at once: whether AWS does that
// for those, too, who may not use it, is not documented.
//
// Source: Service Authorization Reference, AWS Key Management Service; AWS KMS Developer Guide, "Controlling access to
// aliases" and "kms:ResourceAliases".
func (s *Service) Access(c awsjson.Caller, operation string, body []byte) ([]iam.Access, error) {
	var in struct{ KeyID, AliasName, TargetKeyID string }
	if err := json.Unmarshal(body, &in); err != nil && len(body) > 0 {
		return nil, awsjson.Errorf("SerializationException", "%v", err)
	}
	action := "kms:" + operation
	switch operation {
	case "CreateKey", "ListAliases":
		return []iam.Access{{Action: action, Resource: "*"}}, nil
	case "CreateAlias":
		in.KeyID = in.TargetKeyID
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.find(c, in.KeyID)
	if m := keyARN.FindStringSubmatch(in.KeyID); err != nil && m != nil && m[2] != c.Account {
		return []iam.Access{{Action: action, Resource: in.KeyID, Account: m[2]}}, nil
	}
	if err != nil {
		return nil, err
	}
	list := []iam.Access{{Action: action, Resource: k.arn, Account: k.account, Keys: map[string][]string{
		"kms:ResourceAliases": s.aliasesOf(k, c.Region),
	}}}
	if operation == "CreateAlias" {
		list = append(list, iam.Access{Action: action, Resource: c.ARN("kms", in.AliasName)})
	}
	return list, nil
}

// aliasesOf returns the names of a key. The lock must be held.
func (s *Service) aliasesOf(k *key, region string) (names []string) {
	there := s.world(place{k.account, region})
	for _, name := range slices.Sorted(maps.Keys(there.aliases)) {
		if there.aliases[name].key == k {
			names = append(names, name)
		}
	}
	return names
}
