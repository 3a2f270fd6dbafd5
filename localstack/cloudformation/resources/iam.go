package resources

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/cloudformation"
	"ecrmirror/localstack/identity"
)

// malformed is IAM's refusal of a document.
func malformed(err error) error {
	return &refusal{
		service: "Iam", message: "MalformedPolicyDocument: " + err.Error(), code: "Status Code: 400",
		handlerCode: "InvalidRequest",
	}
}

// document writes a policy as text.
func document(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	doc, _ := json.Marshal(value) // it came out of JSON
	return string(doc)
}

// iamRoles are roles with the policies that they have in themselves.
type iamRoles struct{ roles Roles }

// Create makes a role.
func (p iamRoles) Create(_ context.Context, r cloudformation.Request) (cloudformation.Resource, error) {
	name, arn := iamARN(r, "role", "RoleName")
	if _, exists := find(p.roles, r.Caller, name); exists {
		return cloudformation.Resource{}, &refusal{
			service: "Iam", message: fmt.Sprintf("Role with name %s already exists.", name), code: "Status Code: 409",
			handlerCode: "AlreadyExists",
		}
	}
	made := cloudformation.Resource{
		ID: name, Attributes: map[string]any{"Arn": arn, "RoleId": "AROA" + strings.ToUpper(id("x")[2:])},
	}
	role := identity.Role{
		ARN: arn, Trust: document(r.Properties["AssumeRolePolicyDocument"]), Policies: inline(r.Properties),
	}
	if err := p.roles.PutRole(role); err != nil {
		return cloudformation.Resource{}, malformed(err)
	}
	return made, nil
}

// inline are the policies within a role.
func inline(properties map[string]any) map[string]string {
	all := map[string]string{}
	list, _ := properties["Policies"].([]any)
	for _, item := range list {
		policy, _ := item.(map[string]any)
		name, _ := policy["PolicyName"].(string)
		all[name] = document(policy["PolicyDocument"])
	}
	return all
}

// find returns the role of that name.
func find(roles Roles, c awsjson.Caller, name string) (identity.Role, bool) {
	list := roles.Roles(c.Account)
	i := slices.IndexFunc(list, func(r identity.Role) bool { return r.Name() == name })
	if i < 0 {
		return identity.Role{}, false
	}
	return list[i], true
}

// Update changes the trust and the policies within the role, and leaves those that others have put.
func (p iamRoles) Update(
	_ context.Context, r cloudformation.Request, was cloudformation.Resource,
) (cloudformation.Resource, error) {
	role, ok := find(p.roles, r.Caller, was.ID)
	if !ok {
		return was, notFound(was.ID)
	}
	role.Trust = document(r.Properties["AssumeRolePolicyDocument"])
	for name := range inline(r.Old) {
		delete(role.Policies, name)
	}
	if role.Policies == nil {
		role.Policies = map[string]string{}
	}
	maps.Copy(role.Policies, inline(r.Properties))
	if err := p.roles.PutRole(role); err != nil {
		return was, malformed(err)
	}
	return was, nil
}

func notFound(name string) error {
	return &refusal{
		service: "Iam", message: fmt.Sprintf("The role with name %s cannot be found.", name), code: "Status Code: 404",
		handlerCode: "NotFound",
	}
}

// Delete deletes the role.
func (p iamRoles) Delete(_ context.Context, r cloudformation.Request, was cloudformation.Resource) error {
	if role, ok := find(p.roles, r.Caller, was.ID); ok {
		p.roles.DeleteRole(role.ARN)
	}
	return nil
}

// iamPolicies are put into roles.
type iamPolicies struct{ roles Roles }

// Create puts a policy into its roles.
func (p iamPolicies) Create(_ context.Context, r cloudformation.Request) (cloudformation.Resource, error) {
	for _, property := range []string{"Users", "Groups"} {
		if r.Properties[property] != nil {
			return cloudformation.Resource{}, malformed(fmt.Errorf("this stand-in has no %s", property))
		}
	}
	made := cloudformation.Resource{ID: r.Name, Attributes: map[string]any{"Id": r.Name}}
	return made, p.put(r, r.Properties)
}

// put puts a policy into the roles that properties name.
func (p iamPolicies) put(r cloudformation.Request, properties map[string]any) error {
	policy, _ := properties["PolicyName"].(string)
	return p.each(r, properties, func(role *identity.Role) {
		role.Policies[policy] = document(properties["PolicyDocument"])
	})
}

// take takes the policy out of them.
func (p iamPolicies) take(r cloudformation.Request, properties map[string]any) error {
	policy, _ := properties["PolicyName"].(string)
	return p.each(r, properties, func(role *identity.Role) { delete(role.Policies, policy) })
}

func (p iamPolicies) each(r cloudformation.Request, properties map[string]any, change func(*identity.Role)) error {
	names, _ := properties["Roles"].([]any)
	for _, item := range names {
		name, _ := item.(string)
		role, ok := find(p.roles, r.Caller, name)
		if !ok {
			return notFound(name)
		}
		if role.Policies == nil {
			role.Policies = map[string]string{}
		}
		change(&role)
		if err := p.roles.PutRole(role); err != nil {
			return malformed(err)
		}
	}
	return nil
}

// Update takes the policy out of the roles that had it, and puts the new one in.
func (p iamPolicies) Update(
	_ context.Context, r cloudformation.Request, was cloudformation.Resource,
) (cloudformation.Resource, error) {
	if err := p.take(r, r.Old); err != nil {
		return was, err
	}
	return was, p.put(r, r.Properties)
}

// Delete takes the policy out of its roles. Those that are gone have none.
func (p iamPolicies) Delete(_ context.Context, r cloudformation.Request, _ cloudformation.Resource) error {
	_ = p.take(r, r.Properties)
	return nil
}
