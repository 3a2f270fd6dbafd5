package receipting

import (
	"ecrmirror/internal/receipt"
	"ecrmirror/internal/verify/verdict"
)

// ProofsOf returns what was verified of an image as a receipt says it.
func ProofsOf(verified []verdict.Proof) []receipt.Proof {
	var proofs []receipt.Proof
	for _, v := range verified {
		p := receipt.Proof{
			Requirement: v.Requirement, Kind: v.Kind, Artifact: v.Artifact, Key: v.Key, PredicateType: v.PredicateType,
			Time: v.Time, LogIndex: v.LogIndex,
		}
		if v.Signer != nil {
			p.Issuer, p.Identity = v.Signer.Issuer, v.Signer.Identity
		}
		proofs = append(proofs, p)
	}
	return proofs
}
