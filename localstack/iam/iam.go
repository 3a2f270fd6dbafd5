// Package iam decides as AWS Identity and Access Management does: may this principal do
// this to that, given these policies? It is pure. Who the principals are, and which
// policies they have, is package identity's.
//
// It knows the grammar of policies as far as this project's use it, and never guesses:
// where a statement that concerns the request has an element, a condition operator, a
// condition key or a policy variable that the package does not know, the request is
// denied, and the reason says so.
//
// Source: IAM User Guide, "Policy evaluation logic", "IAM JSON policy elements
// reference" and "Troubleshoot access denied error messages".
package iam

import "strings"

// A Principal is who makes a request: the session of a role, an account's root user, or
// a service of AWS.
type Principal struct {
	ARN     string // of the session or the root user, as AccessDenied writes it
	Account string // 12 digits; "" for a service
	Role    string // ARN of the session's role; "" for others
	Root    bool   // the account's root user, to whom everything in it is allowed
	Service string // such as "ecs-tasks.amazonaws.com"; "" for others
}

// A Request is one action on one resource. One call to AWS may need several.
type Request struct {
	Principal Principal
	Action    string // such as "ecr:ListImages"
	Resource  string // an ARN; "*" where the action knows no resources
	Account   string // the resource's; "" = the principal's
	// Keys are the values of the request's condition keys, by name; see [Known]. One
	// that is missing is not in the request.
	Keys map[string][]string
}

// sameAccount tells whether principal and resource are one account's.
func (r Request) sameAccount() bool { return r.Account == "" || r.Account == r.Principal.Account }

// Policies are those that concern a request.
type Policies struct {
	Identity []*Policy // the principal's
	Resource *Policy   // the resource's; nil if it has none
	// Trust says that Resource is a role's trust policy: without its consent nothing is
	// allowed, not even within an account.
	Trust bool
}

// keys are the condition keys that the package knows, in lower case. A condition on any other denies
// the request: whether AWS would have it there is not known.
var keys = map[string]bool{
	"aws:principalaccount": true, "aws:principalarn": true, "aws:requestedregion": true, "aws:resourceaccount": true,
	"aws:securetransport": true, "aws:sourceaccount": true, "aws:sourcearn": true,
	"dynamodb:attributes": true, "dynamodb:leadingkeys": true, "dynamodb:returnvalues": true, "dynamodb:select": true,
	"kms:resourcealiases": true, "kms:viaservice": true, "sts:externalid": true, "sts:rolesessionname": true,
}

// Known tells whether conditions may use a key. Keys are not case-sensitive.
func Known(key string) bool { return keys[strings.ToLower(key)] }

// values returns what the request has for a key, in lower case; nil if it does not have it.
func (r Request) values(key string) []string {
	for name, values := range r.Keys {
		if strings.EqualFold(name, key) {
			return values
		}
	}
	switch key {
	case "aws:principalaccount":
		return present(r.Principal.Account)
	case "aws:principalarn":
		if r.Principal.Role != "" { // AWS has the role's ARN here, not the session's
			return present(r.Principal.Role)
		}
		return present(r.Principal.ARN)
	case "aws:resourceaccount":
		return present(r.resourceAccount())
	case "aws:securetransport":
		return []string{"true"} // what comes here by plain HTTP stands for what comes to AWS by TLS
	}
	return nil
}

func (r Request) resourceAccount() string {
	if r.Account != "" {
		return r.Account
	}
	return r.Principal.Account
}

func present(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}
