// Package verdict has what becomes of verifying an image: what was proved, or why nothing was. It links no verifier, so
// that all who report, keep or read it can import it.
package verdict

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/transient"
	"ecrmirror/internal/verify/policy"
)

// Verified is an image that met all requirements.
type Verified struct {
	// Root is the digest of the manifest that was verified.
	Root digest.Digest `json:"root"`
	// Manifests are those that it stands for: the root, and what it names by digest.
	Manifests []digest.Digest `json:"-"`
	// Proofs says by what, one for each signature and attestation that was asked for, in their order.
	Proofs []Proof `json:"proofs"`
}

// Covers reports whether a manifest is one that was verified.
func (v Verified) Covers(d digest.Digest) bool { return d == v.Root || slices.Contains(v.Manifests, d) }

// A Proof is a piece of evidence that met a requirement.
type Proof struct {
	Requirement   string         `json:"requirement"`
	Artifact      digest.Digest  `json:"artifact"`                // manifest that the evidence is in
	Kind          string         `json:"kind"`                    // signature, attestation or bundle
	Signer        *policy.Signer `json:"signer,omitempty"`        // who has signed, by a certificate
	Key           string         `json:"key,omitempty"`           // fingerprint of the key that has signed without one
	PredicateType string         `json:"predicateType,omitempty"` // of what was attested
	Time          time.Time      `json:"time,omitzero"`           // when, by a log or an authority; zero if none says
	LogIndex      *int64         `json:"logIndex,omitempty"`      // in the transparency log; nil if it is in none
}

// String returns what the evidence is, who has signed it and when, on one line; others wrote some of it.
func (p Proof) String() string {
	by := "key " + p.Key
	if p.Signer != nil {
		by = p.Signer.Identity
	}
	text := p.Kind + " by " + by
	if p.PredicateType != "" {
		text += " of " + p.PredicateType
	}
	if !p.Time.IsZero() {
		text += " at " + p.Time.UTC().Format(time.RFC3339)
	}
	if p.LogIndex != nil {
		text += fmt.Sprintf(" (log index %d)", *p.LogIndex)
	}
	return text
}

// An Unmet requirement is one that no evidence met.
type Unmet struct {
	Requirement   string    `json:"requirement"`
	PredicateType string    `json:"predicateType,omitempty"` // the one that is missing, of several
	Refusals      []Refusal `json:"refusals,omitempty"`      // none = nothing is signed
	// More is how many pieces of evidence were refused beside those.
	More int `json:"more,omitempty"`
	// Passed is how many artifacts were not looked at, or not to their end, since there are too many.
	Passed int `json:"passed,omitempty"`
}

// mostRefusals is how many refusals of one requirement are kept.
const mostRefusals = 20

// Refuse notes that a piece of evidence was refused.
func (u *Unmet) Refuse(r Refusal) {
	if len(u.Refusals) == mostRefusals {
		u.More++
		return
	}
	u.Refusals = append(u.Refusals, r)
}

func (u Unmet) String() string {
	what := u.Requirement
	if u.PredicateType != "" {
		what += ", of which " + u.PredicateType + " is missing"
	}
	var why []string
	for i, r := range u.Refusals {
		if i == mostTold {
			why = append(why, fmt.Sprintf("%d more were refused", len(u.Refusals)-i+u.More))
			break
		}
		why = append(why, r.String())
	}
	if len(u.Refusals) == 0 {
		why = append(why, "nothing is signed")
	}
	if u.Passed > 0 {
		why = append(why, u.NotLookedAt())
	}
	return what + ": " + strings.Join(why, "; ")
}

// NotLookedAt says of how many artifacts not all was looked at.
func (u Unmet) NotLookedAt() string {
	return fmt.Sprintf("of %d more artifacts not all was looked at", u.Passed)
}

// mostTold is how many refusals are told on one line.
const mostTold = 5

// NotVerified says that an image does not meet all requirements.
type NotVerified struct {
	Root  digest.Digest
	Unmet []Unmet
	// Unread are the errors of what could not be read.
	Unread []error
}

func (e *NotVerified) Error() string {
	texts := make([]string, len(e.Unmet))
	for i, u := range e.Unmet {
		texts[i] = u.String()
	}
	return fmt.Sprintf("%s is not verified: %s", shortened(e.Root), strings.Join(texts, "; "))
}

// Transient reports whether another try may help: evidence could not be read for now.
func (e *NotVerified) Transient() bool { return slices.ContainsFunc(e.Unread, transient.Is) }

// shortened returns a digest as people know it again.
func shortened(d digest.Digest) string {
	if d.Validate() != nil {
		return "?"
	}
	return d.Algorithm().String() + ":" + d.Encoded()[:12]
}
