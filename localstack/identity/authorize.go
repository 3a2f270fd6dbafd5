package identity

import (
	"cmp"
	"slices"

	"ecrmirror/localstack/iam"
)

// Denied is a refusal, as AWS words it.
type Denied struct {
	Request  iam.Request
	Decision iam.Decision
}

func (d *Denied) Error() string { return d.Decision.Message(d.Request) }

// Authorize returns a [*Denied] unless the policies of the principal and of the resource,
// which may be nil, allow the request.
func (d *Directory) Authorize(r iam.Request, resource *iam.Policy) error {
	return d.decide(r, iam.Policies{Resource: resource})
}

// decide adds the principal's own policies.
func (d *Directory) decide(r iam.Request, p iam.Policies) error {
	own, _ := d.role(r.Principal.Role)
	p.Identity = own.policies
	decision := iam.Evaluate(r, p)
	if !decision.Allowed {
		return &Denied{Request: r, Decision: decision}
	}
	if r.Principal.Role != "" {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.uses[Use{r.Principal.Role, r.Action, decision.By}] = true
	}
	return nil
}

// A Use is a statement that allowed an action to a role.
type Use struct{ Role, Action, Statement string }

// Used returns what was allowed to roles until now, in order.
func (d *Directory) Used() []Use {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []Use
	for use := range d.uses {
		list = append(list, use)
	}
	slices.SortFunc(list, func(a, b Use) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Action, b.Action),
			cmp.Compare(a.Statement, b.Statement))
	})
	return list
}
