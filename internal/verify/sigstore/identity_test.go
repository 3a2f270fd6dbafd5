package sigstore_test

import (
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/verdict"
	"ecrmirror/testkit/sigstoretest"
)

// TestIdentities: in whatever form an identity has signed, a good signature of the right one is a proof, and each flaw
// is refused for what it is.
func TestIdentities(t *testing.T) {
	w := newWorld(t)
	asked := rule(t, policy.Requirement{GitHub: []string{"org/app/.github/workflows/release.yml@refs/tags/v*"}})
	stranger := sigstoretest.Workflow("evil/app", "release.yml", "refs/tags/v1.2.3")
	for _, c := range []struct {
		name   string
		by     sigstoretest.Signing
		refuse verdict.Reason // "" = it is a proof
		detail string         // a part of it
	}{
		{"good", sigstoretest.Signing{As: release}, "", ""},
		{"undated, as the log says when", signing(release, sigstoretest.Flaws{Undated: true}), "", ""},
		{"wrong identity", sigstoretest.Signing{As: stranger}, verdict.OtherSigner, "https://github.com/evil/app/"},
		{
			"wrong issuer",
			sigstoretest.Signing{As: sigstoretest.Identity{
				Issuer: "https://evil.example.com", Subject: release.Subject,
				SourceRepository: release.SourceRepository, SourceRef: release.SourceRef,
			}},
			verdict.OtherSigner, `the issuer is "https://evil.example.com"`,
		},
		{
			"wrong ref",
			sigstoretest.Signing{As: sigstoretest.Workflow("Org/App", "release.yml", "refs/heads/main")},
			verdict.OtherSigner, "refs/heads/main",
		},
		{
			"expired", signing(release, sigstoretest.Flaws{After: 20 * time.Minute}), verdict.Expired,
			"by a certificate of",
		},
		{
			"not yet valid", signing(release, sigstoretest.Flaws{After: -20 * time.Minute}), verdict.Expired,
			"by a certificate of",
		},
		{"tampered", signing(release, sigstoretest.Flaws{Altered: true}), verdict.Tampered, ""},
		{"in no log", signing(release, sigstoretest.Flaws{Unlogged: true}), verdict.NotLogged, ""},
		{"in another log", signing(release, sigstoretest.Flaws{OtherLog: true}), verdict.NotLogged, ""},
		{"another's entry in the log", signing(release, sigstoretest.Flaws{OtherEntry: true}), verdict.NotLogged, ""},
		{"by a key", sigstoretest.Signing{Key: newKey(t)}, verdict.NoIdentity, ""},
	} {
		for name, form := range forms {
			p, refused := w.judged(w.sign(form, c.by, subject, sigstoretest.CosignSign), asked, "")
			if c.refuse != "" {
				if refused == nil || refused.Reason != c.refuse || !strings.Contains(refused.Detail, c.detail) {
					t.Errorf("%s, %s: %+v, refused %v", c.name, name, p, refused)
				}
				continue
			}
			switch {
			case refused != nil:
				t.Errorf("%s, %s: %v", c.name, name, refused)
			case p.Signer.Identity != release.Subject || p.Signer.SourceRef != release.SourceRef || p.Key != "":
				t.Errorf("%s, %s: signed by %+v", c.name, name, p)
			case p.LogIndex == nil || *p.LogIndex != 4711:
				t.Errorf("%s, %s: log index %v", c.name, name, p.LogIndex)
			case time.Since(p.Time).Abs() > time.Hour:
				t.Errorf("%s, %s: at %s", c.name, name, p.Time)
			}
		}
	}
}

func signing(as sigstoretest.Identity, flaws sigstoretest.Flaws) sigstoretest.Signing {
	return sigstoretest.Signing{As: as, Flaws: flaws}
}

// TestReplay: what is signed about one manifest proves nothing of another, in whatever form.
func TestReplay(t *testing.T) {
	w := newWorld(t)
	asked := rule(t, policy.Requirement{GitHub: []string{"org/app"}})
	for name, form := range forms {
		layer := w.sign(form, sigstoretest.Signing{As: release}, other, sigstoretest.CosignSign)
		p, refused := w.judged(layer, asked, "")
		if refused == nil || refused.Reason != verdict.OtherDigest {
			t.Errorf("%s: %+v, refused %v", name, p, refused)
		}
	}
}

// TestPredicates: an attestation is a proof of what it attests, and a signature only where its signer vouches for the
// image by it.
func TestPredicates(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		signed, asked string
		refuse        verdict.Reason
	}{
		{sigstoretest.CosignSign, "", ""},
		{sigstoretest.SLSAProvenance, "", ""},
		{sigstoretest.SPDX, "", verdict.OtherPredicate},
		{"https://cosign.sigstore.dev/attestation/vuln/v1", "", verdict.OtherPredicate},
		{sigstoretest.SPDX, sigstoretest.SPDX, ""},
		{sigstoretest.SLSAProvenance, sigstoretest.SPDX, verdict.OtherPredicate},
		{sigstoretest.CosignSign, sigstoretest.SPDX, verdict.OtherPredicate},
	} {
		asked := rule(t, policy.Requirement{GitHub: []string{"org/app"}})
		for _, name := range statements {
			layer := w.sign(forms[name], sigstoretest.Signing{As: release}, subject, c.signed)
			p, refused := w.judged(layer, asked, c.asked)
			switch {
			case (refused != nil) != (c.refuse != ""), refused != nil && refused.Reason != c.refuse:
				t.Errorf("%s, %s for %q: %+v, refused %v", name, c.signed, c.asked, p, refused)
			case p != nil && p.PredicateType != c.signed:
				t.Errorf("%s: proof of %s", name, p.PredicateType)
			}
		}
	}
	_, refused := w.judged(w.sign(forms["payload"], sigstoretest.Signing{As: release}, subject, ""),
		rule(t, policy.Requirement{GitHub: []string{"org/app"}}), sigstoretest.SPDX)
	if refused == nil || refused.Reason != verdict.OtherPredicate {
		t.Errorf("a mere signature for an SBOM: %v", refused)
	}
}

// TestStatementsOfTwoReadings: a statement that another program would take for one of another type, or about another
// manifest, is no proof.
func TestStatementsOfTwoReadings(t *testing.T) {
	w := newWorld(t)
	about := func(d digest.Digest) string { return `[{"digest":{"sha256":"` + d.Encoded() + `"}}]` }
	for name, text := range map[string]string{
		"type": `{"predicateType":"` + sigstoretest.SLSAProvenance + `","PredicateType":"` + sigstoretest.SPDX +
			`","subject":` + about(subject) + `}`,
		"subject": `{"predicateType":"` + sigstoretest.SLSAProvenance + `","subject":` + about(subject) +
			`,"Subject":` + about(other) + `}`,
	} {
		layer, err := w.store.Statement(sigstoretest.Signing{As: release}, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		p, refused := w.judged(layer, rule(t, policy.Requirement{GitHub: []string{"org/app"}}), "")
		if refused == nil {
			t.Errorf("%s: %+v", name, p)
		}
	}
}
