package iamapi

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/awsquery"
	"ecrmirror/localstack/iam"
	"ecrmirror/localstack/identity"
)

// A simulation is the result of one.
type simulation struct {
	Results     []evaluation `xml:"EvaluationResults>member"`
	IsTruncated bool
}

// An evaluation is one action on one resource.
type evaluation struct {
	Action   string    `xml:"EvalActionName"`
	Resource string    `xml:"EvalResourceName"`
	Decision string    `xml:"EvalDecision"` // allowed, explicitDeny or implicitDeny
	Matched  []matched `xml:"MatchedStatements>member"`
	Missing  []string  `xml:"MissingContextValues>member"`
}

type matched struct {
	Policy string `xml:"SourcePolicyId"`
	Type   string `xml:"SourcePolicyType"`
}

func (s *Service) simulateCustomPolicy(c awsjson.Caller, form awsquery.Form) (any, error) {
	var policies []*iam.Policy
	for i, text := range form.Texts("PolicyInputList") {
		p, err := iam.Parse("PolicyInputList."+strconv.Itoa(i+1), text)
		if err != nil {
			return nil, awsjson.Errorf("InvalidInput", "%v", err)
		}
		policies = append(policies, p)
	}
	if len(policies) == 0 {
		return nil, awsjson.Errorf("ValidationError", "policyInputList must not be empty")
	}
	who := iam.Principal{ARN: c.Principal.ARN, Account: c.Account, Role: c.Principal.ARN}
	return simulate(who, policies, form)
}

// simulatePrincipalPolicy evaluates a role's own policies, and those that the request adds.
func (s *Service) simulatePrincipalPolicy(form awsquery.Form) (any, error) {
	source := form.Text("PolicySourceArn")
	r, ok := s.identities.Role(source)
	if !ok {
		return nil, &awsjson.Error{
			Status: http.StatusNotFound, Code: "NoSuchEntity",
			Message: "The entity " + source + " cannot be found: the stand-in has roles alone.",
		}
	}
	policies, err := parsed(r, form)
	if err != nil {
		return nil, awsjson.Errorf("InvalidInput", "%v", err)
	}
	return simulate(iam.Principal{ARN: r.ARN, Account: r.Account(), Role: r.ARN}, policies, form)
}

func parsed(r identity.Role, form awsquery.Form) ([]*iam.Policy, error) {
	documents := maps.Clone(r.Policies)
	for i, text := range form.Texts("PolicyInputList") {
		documents["PolicyInputList."+strconv.Itoa(i+1)] = text
	}
	var policies []*iam.Policy
	for _, name := range slices.Sorted(maps.Keys(documents)) {
		p, err := iam.Parse(name, documents[name])
		if err != nil {
			return nil, err
		}
		policies = append(policies, p)
	}
	return policies, nil
}

// simulate evaluates each action on each resource, of which "*" is the only one if none is given.
func simulate(who iam.Principal, policies []*iam.Policy, form awsquery.Form) (any, error) {
	actions, resources := form.Texts("ActionNames"), form.Texts("ResourceArns")
	switch {
	case len(actions) == 0:
		return nil, awsjson.Errorf("ValidationError", "actionNames must not be empty")
	case form.Text("ResourcePolicy") != "" || len(form.Texts("PermissionsBoundaryPolicyInputList")) > 0:
		return nil, awsjson.Errorf("InvalidInput", "the stand-in simulates identities' policies alone")
	case len(resources) == 0:
		resources = []string{"*"}
	}
	keys := contextKeys(form)
	out := simulation{}
	for _, action := range actions {
		for _, resource := range resources {
			d := iam.Evaluate(iam.Request{Principal: who, Action: action, Resource: resource, Keys: keys},
				iam.Policies{Identity: policies})
			out.Results = append(out.Results, evaluationOf(action, resource, d, missing(policies, keys)))
		}
	}
	return out, nil
}

func evaluationOf(action, resource string, d iam.Decision, missing []string) evaluation {
	e := evaluation{Action: action, Resource: resource, Decision: "implicitDeny", Missing: missing}
	switch {
	case d.Allowed:
		e.Decision = "allowed"
	case d.Explicit():
		e.Decision = "explicitDeny"
	}
	if policy, _, ok := strings.Cut(d.By, "/"); ok {
		e.Matched = []matched{{Policy: policy, Type: "IAM Policy"}}
	}
	return e
}

// missing are the keys of the policies' conditions that the request has no values for.
func missing(policies []*iam.Policy, given map[string][]string) []string {
	var list []string
	for _, p := range policies {
		for _, key := range p.Keys() {
			has := slices.ContainsFunc(slices.Collect(maps.Keys(given)),
				func(name string) bool { return strings.EqualFold(name, key) })
			if !has && !slices.Contains(list, key) {
				list = append(list, key)
			}
		}
	}
	return list
}

// contextKeys reads ContextEntries.
func contextKeys(form awsquery.Form) map[string][]string {
	keys := map[string][]string{}
	for _, entry := range form.Forms("ContextEntries", "ContextKeyName") {
		keys[entry.Text("ContextKeyName")] = entry.Texts("ContextKeyValues")
	}
	return keys
}
