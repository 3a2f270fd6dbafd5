package ecr

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// templateMembers is for the message about a member that is none.
const templateMembers = "imageTagMutability, imageTagMutabilityExclusionFilters, encryptionConfiguration, " +
	"imageScanningConfiguration, resourceTags, repositoryPolicy and lifecyclePolicy"

// ParseRepositoryTemplate reads a template from a JSON document, {} being ECR's defaults. It refuses
// members it does not know, and values that ECR would refuse for any repository; the error says what
// is wrong with which member.
func ParseRepositoryTemplate(document []byte) (*RepositoryTemplate, error) {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.DisallowUnknownFields()
	var t *RepositoryTemplate
	if err := decoder.Decode(&t); err != nil {
		return nil, explainJSON(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after the JSON document")
	}
	if t == nil {
		return nil, errors.New("the template is null; write {} for ECR's defaults")
	}
	for _, check := range []func() error{t.checkMutability, t.checkEncryption, t.checkTags, t.checkPolicies} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// explainJSON says in the document's own terms what the decoder says in Go's.
func explainJSON(err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("the template is empty; write {} for ECR's defaults")
	case errors.As(err, &wrong) && wrong.Field == "":
		return fmt.Errorf("the template is a JSON %s, not an object", wrong.Value)
	case errors.As(err, &wrong) && (wrong.Field == "repositoryPolicy" || wrong.Field == "lifecyclePolicy"):
		return fmt.Errorf("%s is a JSON %s; it must be a string that holds the policy's JSON", wrong.Field, wrong.Value)
	case errors.As(err, &wrong):
		return fmt.Errorf("%s can't be a JSON %s", wrong.Field, wrong.Value)
	case strings.HasPrefix(err.Error(), "json: unknown field"): // encoding/json has no type for it
		return fmt.Errorf("%s; a template has %s", shown(strings.TrimPrefix(err.Error(), "json: ")), templateMembers)
	}
	return fmt.Errorf("not valid JSON: %w", err)
}
