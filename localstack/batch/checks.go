package batch

import (
	"slices"
	"strings"
)

// A KeyValue is an environment variable.
type KeyValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A Resource is what a container is given: Type VCPU or MEMORY, Value a number. The stand-in does not enforce it.
type Resource struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// A Timeout ends attempts that take longer. Such a job is not retried.
type Timeout struct {
	Seconds int `json:"attemptDurationSeconds"` // at least 60
}

func (t *Timeout) check() error {
	if t != nil && t.Seconds < 60 {
		return refused("timeout.attemptDurationSeconds must be at least 60, got %d", t.Seconds)
	}
	return nil
}

func checkResources(resources []Resource) error {
	for _, kind := range []string{"VCPU", "MEMORY"} {
		if !slices.ContainsFunc(resources, func(r Resource) bool { return r.Type == kind && r.Value != "" }) {
			return refused("resourceRequirements must have %s", kind)
		}
	}
	return nil
}

func checkCommand(command []string) error {
	if slices.Contains(command, "") {
		return refused("command must not have an empty string")
	}
	return nil
}

func checkEnvironment(environment []KeyValue) error {
	for _, v := range environment {
		switch {
		case v.Name == "" || strings.ContainsAny(v.Name, "=\x00"):
			return refused("environment variable name %q is invalid", v.Name)
		case strings.HasPrefix(v.Name, "AWS_BATCH"):
			return refused("environment variable %s: names that start with AWS_BATCH are reserved", v.Name)
		}
	}
	return nil
}
