// Package iamapi is a stand-in for the API of AWS Identity and Access Management: GetRole, CreateServiceLinkedRole,
// SimulateCustomPolicy and SimulatePrincipalPolicy, over the roles that package identity knows,
// as package iam decides. What package iam does not know is simulated as an implicit deny.
package iamapi

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/iam"
	"ecrmirror/localstack/identity"
)

// namespace is that of the API's version, 2010-05-08.
const namespace = "https://iam.amazonaws.com/doc/2010-05-08/"

// A Service answers the API.
type Service struct{ identities *identity.Directory }

// New returns a service over the roles of a directory.
func New(identities *identity.Directory) *Service { return &Service{identities} }

// Answer answers a request of the Query protocol, whose form says what is asked. An error
// is an [awsjson.Error], to be written in the protocol's shape.
func (s *Service) Answer(c awsjson.Caller, form url.Values) (any, error) {
	switch action := form.Get("Action"); action {
	case "CreateServiceLinkedRole":
		return s.createServiceLinkedRole(c, form)
	case "GetRole":
		return s.getRole(c, form)
	case "SimulateCustomPolicy":
		return s.simulateCustomPolicy(c, form)
	case "SimulatePrincipalPolicy":
		return s.simulatePrincipalPolicy(c, form)
	default:
		return nil, awsjson.Errorf("InvalidAction", "the stand-in for IAM does not have %s", action)
	}
}

// Access returns what a request takes.
//
// Source: Service Authorization Reference, AWS Identity and Access Management.
func (s *Service) Access(c awsjson.Caller, form url.Values) []iam.Access {
	resource := "*"
	switch form.Get("Action") {
	case "GetRole":
		resource = "arn:" + awsjson.Partition(c.Region) + ":iam::" + c.Account + ":role/" + form.Get("RoleName")
		if r, ok := s.named(c.Account, form.Get("RoleName")); ok {
			resource = r.ARN
		}
	case "SimulatePrincipalPolicy":
		resource = form.Get("PolicySourceArn")
	}
	return []iam.Access{{Action: "iam:" + form.Get("Action"), Resource: resource}}
}

var roleName = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)

type roleAnswer struct {
	XMLName  xml.Name `xml:"GetRoleResponse"`
	NS       string   `xml:"xmlns,attr"`
	Path     string   `xml:"GetRoleResult>Role>Path"`
	Name     string   `xml:"GetRoleResult>Role>RoleName"`
	ID       string   `xml:"GetRoleResult>Role>RoleId"`
	ARN      string   `xml:"GetRoleResult>Role>Arn"`
	Created  string   `xml:"GetRoleResult>Role>CreateDate"`
	Trust    string   `xml:"GetRoleResult>Role>AssumeRolePolicyDocument"` // percent-encoded
	Duration int      `xml:"GetRoleResult>Role>MaxSessionDuration"`       // seconds
}

func (s *Service) getRole(c awsjson.Caller, form url.Values) (any, error) {
	name := form.Get("RoleName")
	if !roleName.MatchString(name) {
		return nil, awsjson.Errorf("ValidationError",
			"The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-")
	}
	r, ok := s.named(c.Account, name)
	if !ok {
		return nil, &awsjson.Error{Status: http.StatusNotFound, Code: "NoSuchEntity", Message: "The role with name " + name + " cannot be found."}
	}
	path := r.ARN[strings.Index(r.ARN, ":role/")+len(":role"):]
	return roleAnswer{
		NS: namespace, Path: strings.TrimSuffix(path, r.Name()), Name: r.Name(), ID: "AROA" + strings.ToUpper(r.Name()), ARN: r.ARN,
		Created: "2026-01-01T00:00:00Z", Trust: url.PathEscape(r.Trust), Duration: 3600,
	}, nil
}

// named returns the role of an account by its name alone: a path does not tell roles apart.
func (s *Service) named(account, name string) (identity.Role, bool) {
	for _, r := range s.identities.Roles(account) {
		if r.Name() == name {
			return r, true
		}
	}
	return identity.Role{}, false
}
