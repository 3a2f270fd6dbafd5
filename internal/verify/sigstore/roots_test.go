package sigstore_test

import (
	"testing"

	"github.com/sigstore/sigstore-go/pkg/root"

	"ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/sigstore"
	"ecrmirror/internal/verify/trust"
	"ecrmirror/internal/verify/verdict"
	"ecrmirror/testkit/sigstoretest"
)

// withCertificateLog is a root with a log of certificates, in which none of a test's is.
type withCertificateLog struct {
	root.TrustedMaterial
	logs map[string]*root.TransparencyLog
}

func (w withCertificateLog) CTLogs() map[string]*root.TransparencyLog { return w.logs }

// TestRoots: what a root has, it asks for: a log of signatures and one of certificates; and where it has no log, a date
// by its authority, as for GitHub's private repositories.
func TestRoots(t *testing.T) {
	w := newWorld(t)
	strange, err := sigstoretest.New()
	if err != nil {
		t.Fatal(err)
	}
	mine, private, others := trusted(t, w.store, true), trusted(t, w.store, false), trusted(t, strange, true)
	certified := trust.Of("x", withCertificateLog{mine.Materials()[0], others.Materials()[0].RekorLogs()})
	both := trust.Of("x", others.Materials()[0], mine.Materials()[0])
	unlogged := sigstoretest.Flaws{Unlogged: true}
	neither := sigstoretest.Flaws{Unlogged: true, Undated: true}
	for _, c := range []struct {
		name   string
		root   *trust.Root
		flaws  sigstoretest.Flaws
		refuse verdict.Reason
	}{
		{"its own", mine, sigstoretest.Flaws{}, ""},
		{"another's", others, sigstoretest.Flaws{}, verdict.Untrusted},
		{"the second of two", both, sigstoretest.Flaws{}, ""},
		{"the second of two, in no log", both, unlogged, verdict.NotLogged},
		{"one that has no log", private, unlogged, ""},
		{"one that has no log, undated", private, neither, verdict.Undated},
		{"one with a log of certificates", certified, sigstoretest.Flaws{}, verdict.NotLogged},
	} {
		w.judge = sigstore.NewJudge(c.root)
		for name, form := range forms {
			layer := w.sign(form, signing(release, c.flaws), subject, sigstoretest.CosignSign)
			p, refused := w.judged(layer, rule(t, policy.Requirement{GitHub: []string{"org/app"}}), "")
			if (refused != nil) != (c.refuse != "") || refused != nil && refused.Reason != c.refuse {
				t.Errorf("%s, %s: %+v, refused %v", c.name, name, p, refused)
			}
			if p != nil && (p.Time.IsZero() || (p.LogIndex == nil) != c.flaws.Unlogged) {
				t.Errorf("%s, %s: %+v", c.name, name, p)
			}
		}
	}
}
