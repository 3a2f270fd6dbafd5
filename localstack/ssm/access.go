package ssm

import (
	"encoding/json"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/iam"
)

// Access returns what a call of the API takes, given its body: the action on each
// parameter, and to decrypt it where a key of the account's own encrypts it.
//
// Source: Service Authorization Reference, AWS Systems Manager; and AWS KMS Developer Guide,
// "How AWS Systems Manager Parameter Store uses AWS KMS".
func (s *Service) Access(c awsjson.Caller, operation string, body []byte) ([]iam.Access, error) {
	var in struct {
		Name           string
		Names          []string
		WithDecryption bool
	}
	if err := json.Unmarshal(body, &in); err != nil && len(body) > 0 {
		return nil, awsjson.Errorf("SerializationException", "%v", err)
	}
	names := in.Names
	if in.Name != "" {
		names = append(names, in.Name)
	}
	var list []iam.Access
	for _, name := range names {
		if !strings.HasPrefix(name, "arn:") {
			name, _, _ = strings.Cut(name, ":") // the version
			name = c.ARN("ssm", "parameter/"+strings.TrimPrefix(name, "/"))
		}
		list = append(list, iam.Access{Action: "ssm:" + operation, Resource: name})
		if key := s.keyOf(c, name); key != "" && in.WithDecryption {
			list = append(list, iam.Access{Action: "kms:Decrypt", Resource: key, Keys: map[string][]string{
				"kms:ViaService": {"ssm." + c.Region + ".amazonaws.com"},
			}})
		}
	}
	if list == nil {
		list = append(list, iam.Access{Action: "ssm:" + operation, Resource: "*"})
	}
	return list, nil
}

// keyOf returns the ARN of the account's own key that a parameter is encrypted with; "" if
// it is AWS's, which everyone in the account may use through SSM.
func (s *Service) keyOf(c awsjson.Caller, arn string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.parameters[keyOf(c, arn)]; ok {
		return p.kmsKey
	}
	return ""
}
