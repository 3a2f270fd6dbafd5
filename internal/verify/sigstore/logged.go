package sigstore

import (
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/tlog"
	"github.com/sigstore/sigstore-go/pkg/verify"

	"ecrmirror/internal/verify/verdict"
)

// logged notes in a proof where in a log the signature is, and when it got there if nothing else says when it was made.
func logged(c *Claim, material root.TrustedMaterial, p *verdict.Proof) {
	entries, err := c.entity.TlogEntries()
	if err != nil || p.LogIndex != nil {
		return
	}
	for _, entry := range entries {
		times, err := verify.VerifyTlogEntry(single{c.entity, entry}, material, 1, true)
		if err != nil {
			continue
		}
		index := entry.LogIndex()
		p.LogIndex = &index
		if p.Time.IsZero() && len(times) > 0 {
			p.Time = times[0].Time.UTC()
		}
		return
	}
}

// single is a bundle with one of its entries alone.
type single struct {
	verify.SignedEntity
	entry *tlog.Entry
}

// TlogEntries implements [verify.SignedEntity].
func (s single) TlogEntries() ([]*tlog.Entry, error) { return []*tlog.Entry{s.entry}, nil }
