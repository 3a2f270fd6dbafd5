package ssm

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"

	"ecrmirror/localstack/awsjson"
)

const secureString = "SecureString"

// validName is the form of a parameter's name.
var validName = regexp.MustCompile(`^[a-zA-Z0-9_.-]+$|^(/[a-zA-Z0-9_.-]+)+$`)

func (s *Service) putParameter(_ context.Context, c awsjson.Caller, in putInput) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := keyOf(c, in.Name)
	p, exists := s.parameters[k]
	if err := in.check(k.name, exists); err != nil {
		return nil, err
	}
	switch {
	case !exists:
		p = &parameter{arn: c.ARN("ssm", "parameter/"+strings.TrimPrefix(k.name, "/")), kind: in.Type}
		s.parameters[k] = p
	case in.Type != "":
		p.kind = in.Type
	}
	p.kmsKey = in.KeyID
	p.versions = append(p.versions, version{in.Value, s.opts.Now()})
	return map[string]any{"Version": len(p.versions), "Tier": in.tier()}, nil
}

type putInput struct {
	Name, Value, Type, Tier string
	Overwrite               bool
	KeyID                   string // ARN of a key; "" for AWS's
}

func (in putInput) check(name string, exists bool) error {
	types := []string{"String", "StringList", secureString}
	switch {
	case !validName.MatchString(name) || len(name) > 1011:
		return awsjson.Errorf("ValidationException",
			"Parameter name %q must be letters, digits and . - _, with a / before each part if it has parts.", name)
	case in.KeyID != "" && in.Type != secureString:
		return awsjson.Errorf("ValidationException", "KeyId is required for SecureString type parameter only.")
	case in.KeyID != "" && !strings.HasPrefix(in.KeyID, "arn:"):
		return awsjson.Errorf("InvalidKeyId", "The stand-in takes a key by its ARN alone, not %s.", in.KeyID)
	case in.Value == "":
		return awsjson.Errorf("ValidationException", "Value must have at least 1 character.")
	case len(in.Value) > 4<<10 && in.tier() == "Standard", len(in.Value) > 8<<10:
		return awsjson.Errorf("ValidationException",
			"Value has %d bytes; standard parameters have 4096 and advanced ones 8192 at most.", len(in.Value))
	case exists && !in.Overwrite:
		return awsjson.Errorf("ParameterAlreadyExists",
			"The parameter already exists. To overwrite this value, set the overwrite option in the request to true.")
	case in.Type == "" && !exists:
		return awsjson.Errorf("ValidationException", "A parameter type is required when you create a parameter.")
	case in.Type != "" && !slices.Contains(types, in.Type):
		return awsjson.Errorf("ValidationException", "Type %q is not one of %s.", in.Type, strings.Join(types, ", "))
	}
	return nil
}

// tier is the asked tier; Intelligent-Tiering takes the one that the value needs.
func (in putInput) tier() string {
	if in.Tier == "Advanced" || in.Tier == "Intelligent-Tiering" && len(in.Value) > 4<<10 {
		return "Advanced"
	}
	return "Standard"
}

func (p *parameter) name() string {
	_, name, _ := strings.Cut(p.arn, ":parameter/")
	if strings.Contains(name, "/") {
		return "/" + name
	}
	return name
}

// encrypted is what is given out for a secure string that is not to be
// decrypted: something that does not tell the value, and is not mistaken for it.
func encrypted(value string) string {
	sum := sha256.Sum256([]byte(value))
	return "AQICAH" + base64.StdEncoding.EncodeToString(sum[:])
}
