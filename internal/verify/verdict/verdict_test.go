package verdict_test

import (
	"fmt"
	"testing"
	"time"

	"ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/verdict"
)

// What a log has of a proof says who has signed, and not where that is in memory.
func TestAProofIsTold(t *testing.T) {
	index := int64(4711)
	for _, c := range []struct {
		proof verdict.Proof
		want  string
	}{
		{
			verdict.Proof{
				Kind: "bundle", PredicateType: "https://slsa.dev/provenance/v1", LogIndex: &index,
				Signer: &policy.Signer{Issuer: "https://issuer.test", Identity: "me@issuer.test"},
				Time:   time.Date(2026, 11, 28, 7, 30, 0, 0, time.FixedZone("", 3600)),
			},
			"bundle by me@issuer.test of https://slsa.dev/provenance/v1 at 2026-11-28T06:30:00Z (log index 4711)",
		},
		{verdict.Proof{Kind: "signature", Key: "sha256:k"}, "signature by key sha256:k"},
	} {
		if got := fmt.Sprint(c.proof); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
