package iamapi

import (
	"encoding/xml"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/iam"
	"ecrmirror/localstack/identity"
)

// A simulation is what came of one, under the operation's name.
type simulation struct {
	operation string
	results   []evaluation
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

func (s *Service) simulateCustomPolicy(c awsjson.Caller, form url.Values) (any, error) {
	var policies []*iam.Policy
	for i, text := range members(form, "PolicyInputList") {
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
	return simulate("SimulateCustomPolicy", who, policies, form)
}

// simulatePrincipalPolicy evaluates a role's own policies, and those that the request adds.
func (s *Service) simulatePrincipalPolicy(_ awsjson.Caller, form url.Values) (any, error) {
	source := form.Get("PolicySourceArn")
	r, ok := s.identities.Role(source)
	if !ok {
		return nil, &awsjson.Error{Status: http.StatusNotFound, Code: "NoSuchEntity", Message: "The entity " + source + " cannot be found: the stand-in has roles alone."}
	}
	policies, err := parsed(r, form)
	if err != nil {
		return nil, awsjson.Errorf("InvalidInput", "%v", err)
	}
	return simulate("SimulatePrincipalPolicy", iam.Principal{ARN: r.ARN, Account: r.Account(), Role: r.ARN}, policies, form)
}

func parsed(r identity.Role, form url.Values) ([]*iam.Policy, error) {
	documents := maps.Clone(r.Policies)
	for i, text := range members(form, "PolicyInputList") {
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
func simulate(operation string, who iam.Principal, policies []*iam.Policy, form url.Values) (any, error) {
	actions, resources := members(form, "ActionNames"), members(form, "ResourceArns")
	switch {
	case len(actions) == 0:
		return nil, awsjson.Errorf("ValidationError", "actionNames must not be empty")
	case form.Get("ResourcePolicy") != "" || len(members(form, "PermissionsBoundaryPolicyInputList")) > 0:
		return nil, awsjson.Errorf("InvalidInput", "the stand-in simulates identities' policies alone")
	case len(resources) == 0:
		resources = []string{"*"}
	}
	keys := contextKeys(form)
	out := simulation{operation: operation}
	for _, action := range actions {
		for _, resource := range resources {
			d := iam.Evaluate(iam.Request{Principal: who, Action: action, Resource: resource, Keys: keys}, iam.Policies{Identity: policies})
			out.results = append(out.results, evaluationOf(action, resource, d, missing(policies, keys)))
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
			has := slices.ContainsFunc(slices.Collect(maps.Keys(given)), func(name string) bool { return strings.EqualFold(name, key) })
			if !has && !slices.Contains(list, key) {
				list = append(list, key)
			}
		}
	}
	return list
}

// contextKeys reads ContextEntries.
func contextKeys(form url.Values) map[string][]string {
	keys := map[string][]string{}
	for n := 1; ; n++ {
		prefix := "ContextEntries.member." + strconv.Itoa(n) + "."
		name := form.Get(prefix + "ContextKeyName")
		if name == "" {
			return keys
		}
		keys[name] = members(form, prefix+"ContextKeyValues")
	}
}

// members reads a list of the Query protocol.
func members(form url.Values, name string) []string {
	var list []string
	for n := 1; form.Has(name + ".member." + strconv.Itoa(n)); n++ {
		list = append(list, form.Get(name+".member."+strconv.Itoa(n)))
	}
	return list
}

// MarshalXML implements [xml.Marshaler].
func (s simulation) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	type list struct {
		Results     []evaluation `xml:"EvaluationResults>member"`
		IsTruncated bool
	}
	start := xml.StartElement{
		Name: xml.Name{Local: s.operation + "Response"}, Attr: []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: namespace}},
	}
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	if err := e.EncodeElement(list{Results: s.results}, xml.StartElement{Name: xml.Name{Local: s.operation + "Result"}}); err != nil {
		return err
	}
	return e.EncodeToken(start.End())
}
