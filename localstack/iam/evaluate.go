package iam

// A Decision is whether a request is allowed, and why.
type Decision struct {
	Allowed bool
	// By names the statement that decided, POLICY/SID: the one that allows, or that denies
	// explicitly; "" if none did.
	By      string
	denied  side   // where an explicit deny stands
	missing side   // which policy allows nothing
	unknown string // what made the package give up
}

// A side is a kind of policy, in the words of AccessDenied.
type side string

const (
	identityBased side = "identity-based policy"
	resourceBased side = "resource-based policy"
	roleTrust     side = "role trust policy"
)

// Explicit tells whether a statement denies the request.
func (d Decision) Explicit() bool { return d.denied != "" }

// Evaluate decides about a request.
func Evaluate(r Request, p Policies) Decision {
	onResource := resourceBased
	if p.Trust {
		onResource = roleTrust
	}
	identity := verdict{side: identityBased}
	for _, policy := range p.Identity {
		identity.add(r, policy)
	}
	resource := verdict{side: onResource}
	if p.Resource != nil {
		resource.add(r, p.Resource)
	}
	for _, v := range []verdict{identity, resource} {
		switch {
		case v.unknown != "":
			return Decision{unknown: v.unknown}
		case v.deny != "":
			return Decision{By: v.deny, denied: v.side}
		}
	}
	if r.Principal.Root {
		identity.allow, identity.grant = "root user", asItself
	}
	return r.weigh(identity, resource, p.Trust)
}

// weigh decides where nothing denies explicitly.
func (r Request) weigh(identity, resource verdict, trust bool) Decision {
	needResource := trust || !r.sameAccount() || r.Principal.Service != ""
	// Whom a resource's policy names itself needs no policy of its own in the same account.
	needIdentity := r.Principal.Service == "" && (!r.sameAccount() || resource.grant != asItself)
	switch {
	case needIdentity && identity.allow == "":
		return Decision{missing: identity.side}
	case needResource && resource.allow == "":
		return Decision{missing: resource.side}
	case identity.allow != "":
		return Decision{Allowed: true, By: identity.allow}
	}
	return Decision{Allowed: true, By: resource.allow}
}

// A verdict is what the policies of one side say.
type verdict struct {
	side        side
	allow, deny string // statements
	grant       grant  // how the statement that allows means the principal
	unknown     string
}

func (v *verdict) add(r Request, p *Policy) {
	for _, s := range p.statements {
		by := p.name + "/" + s.sid
		how := s.concerns(r, v.side)
		switch {
		case how == notAtAll:
		case s.unknown != "":
			note(&v.unknown, s.unknown+" in statement "+by)
		case !s.holds(r):
		case s.deny:
			v.deny = by
		case how > v.grant:
			v.allow, v.grant = by, how
		}
	}
}

// concerns tells whether a statement is about a request, its conditions aside. One with
// something unknown may be about any resource.
func (s statement) concerns(r Request, in side) grant {
	how := asItself
	switch {
	case in == identityBased:
	case s.principals == nil:
		return notAtAll
	default:
		how = s.principals.means(r.Principal)
		if s.unknown != "" {
			how = asItself
		}
	}
	if !s.actions.match(r.Action, action) {
		return notAtAll
	}
	// A resource's policy may name resources, as queues' do, and need not, as repositories' can't.
	if in == identityBased || len(s.resources.list) > 0 {
		if s.unknown == "" && !s.resources.match(r.Resource, arn) {
			return notAtAll
		}
	}
	return how
}

func (s statement) holds(r Request) bool {
	for _, c := range s.conditions {
		if !c.holds(r.values(c.key)) {
			return false
		}
	}
	return true
}
