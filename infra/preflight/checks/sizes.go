package checks

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"ecrmirror/infra/assembly"
)

// What AWS takes, in bytes and characters. Sources: "CloudFormation quotas", "Lambda quotas",
// "AWS Batch service quotas" and "IAM and AWS STS quotas" of the services' guides.
const (
	maxTemplateSent     = 51_200    // in a request of CloudFormation
	maxTemplateUploaded = 1_048_576 // from a bucket
	maxResources        = 500
	maxFunction         = 4_096  // environment of a Lambda function
	maxDefinition       = 30_720 // job definition of Batch
	maxRolePolicies     = 10_240 // inline policies of a role
)

// A size is something of which AWS takes only so much.
type size struct {
	what  string
	is    int
	limit int
	do    string // where it is over
	note  string // where it is not
}

// sizes holds the template and what it makes against AWS's limits.
func sizes(_ context.Context, w World) []Finding {
	list, err := measure(w.Stack, w.Place)
	if err != nil {
		return []Finding{fix("sizes", "the template cannot be measured: %v", err)}
	}
	var findings []Finding
	for _, s := range list {
		if s.is > s.limit {
			findings = append(findings, fix("size "+s.what, "%d of %d: %s", s.is, s.limit, s.do))
			continue
		}
		findings = append(findings, okay("size "+s.what, "%d of %d%s", s.is, s.limit, s.note))
	}
	return findings
}

func measure(s assembly.Stack, p assembly.Place) ([]size, error) {
	list := []size{
		{
			what: "of the template, bytes", is: len(s.Template), limit: maxTemplateUploaded,
			do: "use fewer or shorter settings",
		},
		{
			what: "of the stack, resources", is: len(s.Resources), limit: maxResources,
			do: "use fewer settings that add resources",
		},
	}
	if !s.Builds && len(s.Template) > maxTemplateSent {
		list[0].note = fmt.Sprintf("; over %d, aws cloudformation deploy needs --s3-bucket (make deploy uploads by "+
			"itself)", maxTemplateSent)
	}
	programs, err := programSizes(s, p)
	if err != nil {
		return nil, err
	}
	roles, err := roleSizes(s, p)
	return slices.Concat(list, programs, roles), err
}

// programSizes measures the functions' environments and the job definitions.
func programSizes(s assembly.Stack, p assembly.Place) (list []size, err error) {
	programs, err := s.Programs(p)
	if err != nil {
		return nil, err
	}
	for _, program := range programs {
		if program.Function {
			list = append(list, size{
				what: "of " + shown(program.ID) + "'s environment, bytes", is: environmentSize(program.Environment),
				limit: maxFunction, do: "shorten the setting behind " + longest(program.Environment),
			})
			continue
		}
		definition, err := s.Resolve(s.Resources[program.ID].Properties, p)
		if err != nil {
			return nil, err
		}
		doc, err := json.Marshal(definition)
		if err != nil {
			return nil, err
		}
		list = append(list, size{
			what: "of " + shown(program.ID) + "'s definition, bytes", is: len(doc),
			limit: maxDefinition, do: "shorten the setting behind " + longest(program.Environment),
		})
	}
	return list, nil
}

// roleSizes measures the policies of roles, of those that come near the limit.
func roleSizes(s assembly.Stack, p assembly.Place) (list []size, err error) {
	for _, id := range s.OfType("AWS::IAM::Role") {
		role, err := s.Role(id, p)
		if err != nil {
			return nil, err
		}
		total := 0
		for _, policy := range role.Policies {
			total += len(policy)
		}
		if total > maxRolePolicies/2 {
			list = append(list, size{
				what: "of " + shown(id) + "'s policies, characters", is: total, limit: maxRolePolicies,
				do: "name fewer repositories, secrets or roles, by beginnings and * where that does",
			})
		}
	}
	return list, nil
}

// environmentSize returns how much of its 4 KB an environment takes: names and values.
func environmentSize(environment map[string]string) int {
	total := 0
	for name, value := range environment {
		total += len(name) + len(value)
	}
	return total
}

// longest returns the name of the variable that takes most.
func longest(environment map[string]string) string {
	found := ""
	for name, value := range environment {
		if found == "" || len(value) > len(environment[found]) ||
			len(value) == len(environment[found]) && name < found {
			found = name
		}
	}
	return found
}

var hash = regexp.MustCompile(`[0-9A-F]{8}$`)

// shown returns a logical id without the eight characters that CDK adds.
func shown(id string) string { return hash.ReplaceAllString(id, "") }

// number writes a quota's value.
func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
