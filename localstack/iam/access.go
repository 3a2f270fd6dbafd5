package iam

// An Access is one action on one resource that a call to AWS takes. A call may take several.
type Access struct {
	Action   string // such as "ecr:ListImages"
	Resource string // an ARN; "*" where the action knows no resources
	Account  string // the resource's; "" = the caller's
	Keys     map[string][]string
	Policy   *Policy // the resource's own; nil if it has none
}

// Request is a principal's wish for the access.
func (a Access) Request(p Principal) Request {
	return Request{Principal: p, Action: a.Action, Resource: a.Resource, Account: a.Account, Keys: a.Keys}
}
