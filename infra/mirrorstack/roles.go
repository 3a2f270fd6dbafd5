package mirrorstack

import (
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// A permission is a statement of a role's policy. docs/security.md has all of them.
type permission struct {
	sid       string
	actions   []string
	resources []string
	when      conditions
}

// conditions are those of a statement: operator → key → values.
type conditions map[string]map[string][]string

// with returns the conditions with one more.
func (c conditions) with(operator, key string, values ...string) conditions {
	if c[operator] == nil {
		c[operator] = map[string][]string{}
	}
	c[operator][key] = values
	return c
}

// newJobRole makes the role that a job's program has.
func (s *stack) newJobRole(id, whose string, permissions []permission) awsiam.IRole {
	return s.newRole(id, whose+" call AWS as this",
		awsiam.NewServicePrincipal(jsii.String("ecs-tasks.amazonaws.com"), nil), permissions)
}

// newExecutionRole makes the role by which ECS starts a job: the image and the log group
// add what it takes.
func (s *stack) newExecutionRole(id, what string) awsiam.IRole {
	return s.newRole(id, "ECS starts "+what+" as this",
		awsiam.NewServicePrincipal(jsii.String("ecs-tasks.amazonaws.com"), nil), nil)
}

// newEventsRole makes the role by which EventBridge submits a job, for this account's rules alone.
func (s *stack) newEventsRole(id string, permissions []permission) awsiam.IRole {
	principal := awsiam.NewServicePrincipal(jsii.String("events.amazonaws.com"), &awsiam.ServicePrincipalOpts{
		// Whether it says for whom it takes a role for a Batch target is not documented: if so, it must be this
		// account.
		Conditions: &map[string]any{
			"StringEqualsIfExists": map[string]any{"aws:SourceAccount": *awscdk.Aws_ACCOUNT_ID()},
		},
	})
	return s.newRole(id, "EventBridge submits the controller's jobs as this", principal, permissions)
}

func (s *stack) newRole(id, description string, principal awsiam.IPrincipal, permissions []permission) awsiam.IRole {
	role := awsiam.NewRole(s.scope, &id, &awsiam.RoleProps{AssumedBy: principal, Description: &description})
	for _, p := range permissions {
		statement := awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Sid: &p.sid, Actions: texts(p.actions...), Resources: texts(p.resources...),
		})
		for _, operator := range slices.Sorted(maps.Keys(p.when)) {
			keys := map[string]any{}
			for key, values := range p.when[operator] {
				keys[key] = values
				if len(values) == 1 {
					keys[key] = values[0]
				}
			}
			statement.AddCondition(&operator, keys)
		}
		role.AddToPolicy(statement)
	}
	return role
}

// policyOf returns the policy that holds a role's permissions: what uses the role waits for it.
func policyOf(role awsiam.IRole) constructs.IConstruct {
	return role.Node().FindChild(jsii.String("DefaultPolicy"))
}
