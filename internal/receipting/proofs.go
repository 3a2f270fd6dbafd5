package receipting

import (
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/receipt"
)

// longestRequirement is how many bytes a receipt tells of what was asked for. A policy may have 64 KiB.
const longestRequirement = 512

// proofsOf returns what was verified of an image before it was copied to a destination, nil if that is not known: an
// image that was in place is not verified again, and may have been when it was brought.
func proofsOf(report *mirror.Report, r *mirror.Result) []receipt.Proof {
	if r.State == mirror.Current && len(report.Verified) == 0 {
		return nil
	}
	proofs := []receipt.Proof{}
	for _, v := range report.Verified {
		p := receipt.Proof{
			Requirement: printable.Short(v.Requirement, longestRequirement), Kind: v.Kind, Artifact: v.Artifact,
			Key: v.Key, PredicateType: v.PredicateType, Time: v.Time, LogIndex: v.LogIndex,
		}
		if v.Signer != nil {
			p.Issuer, p.Identity = v.Signer.Issuer, v.Signer.Identity
		}
		proofs = append(proofs, p)
	}
	return proofs
}
