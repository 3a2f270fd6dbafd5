package secretsmanager

import (
	"encoding/json"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/iam"
)

// Access returns what a call of the API takes, given its body: the action on the secret,
// whose ARN ends with six characters that Secrets Manager has chosen, and to decrypt it
// where a key of the account's own encrypts it.
//
// Source: Service Authorization Reference, AWS Secrets Manager; and AWS Secrets Manager
// User Guide, "Secret encryption and decryption".
func (s *Service) Access(c awsjson.Caller, operation string, body []byte) ([]iam.Access, error) {
	var in struct{ Name, SecretID string }
	if err := json.Unmarshal(body, &in); err != nil && len(body) > 0 {
		return nil, awsjson.Errorf("SerializationException", "%v", err)
	}
	id := in.SecretID
	if operation == "CreateSecret" {
		id = in.Name
	}
	arn, key := id, ""
	if !strings.HasPrefix(id, "arn:") {
		arn = c.ARN("secretsmanager", "secret:"+id)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if found, err := s.find(c, id); err == nil {
		arn, key = found.arn, found.kmsKey
	}
	list := []iam.Access{{Action: "secretsmanager:" + operation, Resource: arn}}
	if key != "" && operation == "GetSecretValue" {
		list = append(list, iam.Access{Action: "kms:Decrypt", Resource: key, Keys: map[string][]string{
			"kms:ViaService": {"secretsmanager." + c.Region + ".amazonaws.com"},
		}})
	}
	return list, nil
}
