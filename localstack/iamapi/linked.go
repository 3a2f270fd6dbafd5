package iamapi

import (
	"net/http"
	"net/url"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/awsquery"
	"ecrmirror/localstack/identity"
)

// linkedRoles are the names of service-linked roles by the service that takes them, of those
// services that a deployment uses.
//
// Source: the guides of AWS Batch, Amazon ECS and Amazon EC2, "Using service-linked roles".
var linkedRoles = map[string]string{
	"batch.amazonaws.com": "AWSServiceRoleForBatch",
	"ecs.amazonaws.com":   "AWSServiceRoleForECS",
	"spot.amazonaws.com":  "AWSServiceRoleForEC2Spot",
}

// createServiceLinkedRole makes the role of a service, once in an account. The texts of its
// refusals are those that AWS has been seen to give; that they stay so is not documented.
func (s *Service) createServiceLinkedRole(c awsjson.Caller, form awsquery.Form) (any, error) {
	service := form.Text("AWSServiceName")
	name, ok := linkedRoles[service]
	if !ok {
		return nil, &awsjson.Error{
			Status: http.StatusBadRequest, Code: "InvalidInput",
			Message: "Service linked role for " + service + " is not known to the stand-in for IAM",
		}
	}
	if _, ok := s.named(c.Account, name); ok {
		return nil, &awsjson.Error{
			Status: http.StatusBadRequest, Code: "InvalidInput",
			Message: "Service role name " + name + " has been taken in this account, please try a different suffix.",
		}
	}
	path := "/aws-service-role/" + service + "/"
	role := identity.Role{
		ARN: "arn:" + awsjson.Partition(c.Region) + ":iam::" + c.Account + ":role" + path + name,
		Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",` +
			`"Principal":{"Service":"` + service + `"}}]}`,
	}
	if err := s.identities.PutRole(role); err != nil {
		return nil, err
	}
	return roleResult{
		Path: path, Name: name, ID: "AROA" + name, ARN: role.ARN, Created: "2026-01-01T00:00:00Z",
		Trust: url.PathEscape(role.Trust),
	}, nil
}
