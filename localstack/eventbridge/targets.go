package eventbridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// A Target is where a rule hands events to.
type Target struct {
	ID               string `json:"Id"`
	ARN              string `json:"Arn"`
	RoleARN          string `json:"RoleArn,omitempty"`
	Input            string `json:",omitempty"`
	InputPath        string `json:",omitempty"`
	InputTransformer *struct {
		InputPathsMap map[string]string
		InputTemplate string
	} `json:",omitempty"`
	BatchParameters *struct {
		JobDefinition, JobName string
	} `json:",omitempty"`
	DeadLetterConfig struct {
		ARN string `json:"Arn"`
	}
	RetryPolicy struct {
		MaximumEventAgeInSeconds int
		MaximumRetryAttempts     *int
	}
}

// check refuses what EventBridge refuses of a target, and services that are not known.
func (t Target) check(known func(service string) bool) error {
	service := serviceOf(t.ARN)
	switch {
	case t.ID == "" || len(t.ID) > 64:
		return errors.New("a target has an Id of 1 to 64 characters")
	case !known(service):
		return fmt.Errorf("the stand-in for EventBridge has no targets of the service %q (%s)", service, t.ARN)
	case service == "batch" && (t.BatchParameters == nil || t.BatchParameters.JobDefinition == "" ||
		t.BatchParameters.JobName == ""):
		return errors.New("BatchParameters with a JobDefinition and a JobName are required for a job queue")
	case service == "batch" && t.RoleARN == "":
		return fmt.Errorf( //nolint:staticcheck // EventBridge's words
			"RoleArn is required for target %s.", t.ARN) //nolint:revive // the same
	case t.RetryPolicy.MaximumEventAgeInSeconds != 0 && (t.RetryPolicy.MaximumEventAgeInSeconds < 60 ||
		t.RetryPolicy.MaximumEventAgeInSeconds > 86400):
		return errors.New("MaximumEventAgeInSeconds is 60 to 86400")
	case t.RetryPolicy.MaximumRetryAttempts != nil && (*t.RetryPolicy.MaximumRetryAttempts < 0 ||
		*t.RetryPolicy.MaximumRetryAttempts > 185):
		return errors.New("MaximumRetryAttempts is 0 to 185")
	case t.inputs() > 1:
		return errors.New("only one of Input, InputPath, or InputTransformer must be provided")
	}
	return nil
}

// inputs is how many ways there are to make the target's input.
func (t Target) inputs() int {
	given := 0
	for _, one := range []bool{t.Input != "", t.InputPath != "", t.InputTransformer != nil} {
		if one {
			given++
		}
	}
	return given
}

// input is what the target gets of an event, of which doc is the whole.
func (t Target) input(event map[string]any, doc string) (string, error) {
	switch {
	case t.Input != "":
		return t.Input, nil
	case t.InputPath != "":
		value, ok := at(event, t.InputPath)
		if !ok {
			return "", fmt.Errorf("the event has nothing at %s", t.InputPath)
		}
		text, err := json.Marshal(value)
		return string(text), err
	case t.InputTransformer != nil:
		return t.transform(event)
	default:
		return doc, nil
	}
}

// transform fills the template: each <name> by the JSON of what is at its path. A path where
// there is nothing gives an empty text.
func (t Target) transform(event map[string]any) (string, error) {
	var replace []string
	for name, path := range t.InputTransformer.InputPathsMap {
		value, ok := at(event, path)
		if !ok {
			value = ""
		}
		text, err := json.Marshal(value)
		if err != nil {
			return "", err
		}
		replace = append(replace, "<"+name+">", string(text))
	}
	return strings.NewReplacer(replace...).Replace(t.InputTransformer.InputTemplate), nil
}

// at returns what is at a path such as $.detail.image-tag.
func at(event map[string]any, path string) (any, bool) {
	var v any = event
	for _, name := range strings.Split(strings.TrimPrefix(path, "$"), ".") {
		if name == "" {
			continue
		}
		m, _ := v.(map[string]any)
		next, ok := m[name]
		if !ok {
			return nil, false
		}
		v = next
	}
	return v, true
}
