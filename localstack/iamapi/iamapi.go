// Package iamapi is a stand-in for the API of AWS Identity and Access Management: GetRole, CreateServiceLinkedRole,
// SimulateCustomPolicy and SimulatePrincipalPolicy, over the roles that package identity knows,
// as package iam decides. What package iam does not know is simulated as an implicit deny.
package iamapi

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/awsquery"
	"ecrmirror/localstack/iam"
	"ecrmirror/localstack/identity"
)

// namespace is that of the API's version, 2010-05-08.
const namespace = "https://iam.amazonaws.com/doc/2010-05-08/"

// A Service answers IAM's API.
type Service struct{ identities *identity.Directory }

// New returns a service over the roles of a directory.
func New(identities *identity.Directory) *Service { return &Service{identities} }

// Answer answers a request of the Query protocol, whose form says what is asked.
func (s *Service) Answer(w http.ResponseWriter, c awsjson.Caller, form awsquery.Form) {
	action := form.Text("Action")
	out, err := s.do(c, action, form)
	if err != nil {
		awsquery.WriteError(w, namespace, err)
		return
	}
	awsquery.Write(w, namespace, action, out)
}

func (s *Service) do(c awsjson.Caller, action string, form awsquery.Form) (any, error) {
	switch action {
	case "CreateServiceLinkedRole":
		return s.createServiceLinkedRole(c, form)
	case "GetRole":
		return s.getRole(c, form)
	case "SimulateCustomPolicy":
		return s.simulateCustomPolicy(c, form)
	case "SimulatePrincipalPolicy":
		return s.simulatePrincipalPolicy(form)
	default:
		return nil, awsjson.Errorf("InvalidAction", "the stand-in for IAM does not have %s", action)
	}
}

// Access returns what a request takes.
//
// Source: Service Authorization Reference, AWS Identity and Access Management.
func (s *Service) Access(c awsjson.Caller, form awsquery.Form) []iam.Access {
	resource := "*"
	switch form.Text("Action") {
	case "GetRole":
		resource = "arn:" + awsjson.Partition(c.Region) + ":iam::" + c.Account + ":role/" + form.Text("RoleName")
		if r, ok := s.named(c.Account, form.Text("RoleName")); ok {
			resource = r.ARN
		}
	case "SimulatePrincipalPolicy":
		resource = form.Text("PolicySourceArn")
	}
	return []iam.Access{{Action: "iam:" + form.Text("Action"), Resource: resource}}
}

var roleName = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)

// A roleResult is the result of GetRole and CreateServiceLinkedRole.
type roleResult struct {
	Path     string `xml:"Role>Path"`
	Name     string `xml:"Role>RoleName"`
	ID       string `xml:"Role>RoleId"`
	ARN      string `xml:"Role>Arn"`
	Created  string `xml:"Role>CreateDate"`
	Trust    string `xml:"Role>AssumeRolePolicyDocument"`     // percent-encoded
	Duration int    `xml:"Role>MaxSessionDuration,omitempty"` // seconds; a new role has none
}

func (s *Service) getRole(c awsjson.Caller, form awsquery.Form) (any, error) {
	name := form.Text("RoleName")
	if !roleName.MatchString(name) {
		return nil, awsjson.Errorf("ValidationError",
			"The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the "+
				"following: +=,.@_-")
	}
	r, ok := s.named(c.Account, name)
	if !ok {
		return nil, &awsjson.Error{
			Status: http.StatusNotFound, Code: "NoSuchEntity",
			Message: "The role with name " + name + " cannot be found.",
		}
	}
	path := r.ARN[strings.Index(r.ARN, ":role/")+len(":role"):]
	return roleResult{
		Path: strings.TrimSuffix(path, r.Name()), Name: r.Name(), ID: "AROA" + strings.ToUpper(r.Name()), ARN: r.ARN,
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
