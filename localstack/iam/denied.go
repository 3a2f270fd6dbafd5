package iam

import "fmt"

// explicitly is how AccessDenied says where a statement denies.
var explicitly = map[side]string{
	identityBased: "an identity-based policy",
	resourceBased: "a resource-based policy",
	roleTrust:     "the role trust policy",
}

// Message says why the request is denied, in AWS's words, and in its own where this
// package does not know something.
func (d Decision) Message(r Request) string {
	text := fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s", r.Principal.ARN,
		r.Action, r.Resource)
	switch {
	case d.unknown != "":
		return text + " because localstack does not know " + d.unknown
	case d.denied != "":
		return text + " with an explicit deny in " + explicitly[d.denied]
	}
	return fmt.Sprintf("%s because no %s allows the %s action", text, d.missing, r.Action)
}
