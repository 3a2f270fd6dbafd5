package checks

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"ecrmirror/infra/assembly"
)

// A question is about actions and resources that go together.
type question struct {
	actions   []string
	resources []string
	context   map[string]string // condition keys
}

// questions groups the actions by the resources and conditions that the role's statements name for them. An
// action that no statement has is asked about all resources, which IAM denies.
func questions(role assembly.Role, actions []string) []question {
	byNames := map[string]*question{}
	var order []string
	for _, action := range actions {
		resources, keys := named(role, action)
		key := fmt.Sprint(resources, keys)
		if byNames[key] == nil {
			byNames[key] = &question{resources: resources, context: keys}
			order = append(order, key)
		}
		byNames[key].actions = append(byNames[key].actions, action)
	}
	var list []question
	for _, key := range order {
		list = append(list, *byNames[key])
	}
	return list
}

// named returns the resources of the role's statements that have the action, each with an
// example in the place of patterns, and the values that their conditions ask for.
func named(role assembly.Role, action string) (resources []string, keys map[string]string) {
	keys = map[string]string{}
	for _, s := range role.Statements {
		covering := func(pattern string) bool { return covers(pattern, action) }
		if s.Effect != "Allow" || !slices.ContainsFunc(s.Actions, covering) {
			continue
		}
		for _, r := range s.Resources {
			if example := exampleOf(r); !slices.Contains(resources, example) {
				resources = append(resources, example)
			}
		}
		maps.Copy(keys, wanted(s.Condition))
	}
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	slices.Sort(resources)
	return resources, keys
}

// wanted returns a value of each key for which conditions hold. Null asks whether there is one, and wants none itself.
func wanted(conditions map[string]map[string]any) map[string]string {
	keys := map[string]string{}
	for operator, values := range conditions {
		for key, value := range values {
			if list, ok := value.([]any); ok && len(list) > 0 {
				value = list[0]
			}
			if text, ok := value.(string); ok && operator != "Null" {
				keys[key] = strings.ReplaceAll(text, "*", "preflight")
			}
		}
	}
	return keys
}

// covers says whether a policy's action stands for another.
func covers(pattern, action string) bool {
	prefix, wild := strings.CutSuffix(strings.ToLower(pattern), "*")
	return strings.EqualFold(pattern, action) || wild && strings.HasPrefix(strings.ToLower(action), prefix)
}

// exampleOf returns a resource that a pattern stands for. IAM does not simulate patterns.
func exampleOf(pattern string) string {
	if pattern == "*" {
		return pattern
	}
	parts := strings.SplitN(pattern, ":", 6)
	if len(parts) == 6 {
		parts[3] = strings.ReplaceAll(parts[3], "*", "us-east-1")
		parts[4] = strings.ReplaceAll(parts[4], "*", "111122223333")
		parts[5] = strings.NewReplacer("*", "preflight", "?", "x").Replace(parts[5])
	}
	return strings.Join(parts, ":")
}

// simulate returns the actions of the question that the policies do not allow.
func (w World) simulate(ctx context.Context, policies []string, q question) ([]string, error) {
	in := &iam.SimulateCustomPolicyInput{PolicyInputList: policies, ActionNames: q.actions, ResourceArns: q.resources}
	for _, key := range slices.Sorted(maps.Keys(q.context)) {
		in.ContextEntries = append(in.ContextEntries, types.ContextEntry{
			ContextKeyName: aws.String(key), ContextKeyType: types.ContextKeyTypeEnumString,
			ContextKeyValues: []string{q.context[key]},
		})
	}
	var lacking []string
	for {
		reply, err := w.AWS.IAM.SimulateCustomPolicy(ctx, in)
		if err != nil {
			return nil, err
		}
		lacking = append(lacking, refused(reply.EvaluationResults)...)
		if !reply.IsTruncated {
			return lacking, nil
		}
		in.Marker = reply.Marker
	}
}

// refused returns what IAM does not allow, with the resource where it is not about all.
func refused(results []types.EvaluationResult) []string {
	var list []string
	for _, r := range results {
		if r.EvalDecision == types.PolicyEvaluationDecisionTypeAllowed {
			continue
		}
		action := aws.ToString(r.EvalActionName)
		if resource := aws.ToString(r.EvalResourceName); resource != "" && resource != "*" {
			action += " on " + resource
		}
		list = append(list, action)
	}
	return list
}
