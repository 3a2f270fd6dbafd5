package verdict

import (
	"strings"

	"github.com/opencontainers/go-digest"
)

// A Reason says why a piece of evidence was refused.
type Reason string

// Reasons.
const (
	Unreadable     Reason = "unreadable"      // it can't be read, or is not what its type says
	OtherDigest    Reason = "other digest"    // it is about another manifest
	OtherPredicate Reason = "other predicate" // it attests something else
	OtherSigner    Reason = "other signer"    // it is good, and somebody else's
	OtherKey       Reason = "other key"       // the key has not signed it, or not this
	Keyless        Reason = "keyless"         // a key was asked for, and a certificate has signed
	NoIdentity     Reason = "no identity"     // an identity was asked for, and a key has signed
	Tampered       Reason = "tampered"        // the signature is not that of the content
	Untrusted      Reason = "untrusted"       // nobody in the trusted root has issued the certificate
	Expired        Reason = "expired"         // it was signed when the certificate was not valid
	NotLogged      Reason = "not in the log"  // no log in the trusted root has it
	Undated        Reason = "undated"         // no log and no authority says when it was signed
	Refused        Reason = "refused"         // the verifier says why
)

// A Refusal is a piece of evidence that did not meet a requirement.
type Refusal struct {
	Artifact digest.Digest `json:"artifact"`
	Kind     string        `json:"kind,omitempty"`
	Reason   Reason        `json:"reason"`
	Detail   string        `json:"detail,omitempty"` // others wrote some of it
}

func (r Refusal) String() string {
	s := string(r.Reason)
	if r.Detail != "" {
		s += ": " + r.Detail
	}
	return strings.TrimSpace(r.Kind+" "+shortened(r.Artifact)) + ": " + s
}
