package verify_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/transient"
	"ecrmirror/internal/verify/evidence"
	"ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/verdict"
	"ecrmirror/testkit/sigstoretest"
)

func TestImages(t *testing.T) {
	provenance := policy.Requirement{
		GitHub: []string{"org/app"}, PredicateTypes: []string{sigstoretest.SLSAProvenance, sigstoretest.SPDX},
	}
	for _, c := range []struct {
		name  string
		sign  func(p *place)
		asked []policy.Requirement
		want  string // in why it is not verified; "" = it is
	}{
		{"nothing is asked for", func(*place) {}, nil, ""},
		{"nothing is signed", func(*place) {}, []policy.Requirement{byOrg}, "nothing is signed"},
		{"a digest tag", func(p *place) {
			p.attach(root, tag, p.payload(as(release), root))
		}, []policy.Requirement{byOrg}, ""},
		{"a referrer", func(p *place) {
			p.attach(root, "", p.bundle(as(release), root, sigstoretest.CosignSign))
		}, []policy.Requirement{byOrg}, ""},
		{"a digest tag of another image", func(p *place) {
			p.attach(root, tag, p.payload(as(release), other))
		}, []policy.Requirement{byOrg}, "other digest: it is about " + other.String()},
		{"a bundle of another image", func(p *place) {
			p.attach(root, "", p.bundle(as(release), other, sigstoretest.CosignSign))
		}, []policy.Requirement{byOrg}, "other digest"},
		{"an instance alone is signed", func(p *place) {
			p.attach(instance, tag, p.payload(as(release), instance))
		}, []policy.Requirement{byOrg}, "nothing is signed"},
		{"somebody else", func(p *place) {
			p.attach(root, tag, p.payload(as(stranger), root))
		}, []policy.Requirement{byOrg}, "other signer: https://github.com/evil/app/"},
		{"several, of which the last is good", func(p *place) {
			p.attach(root, tag, p.payload(as(stranger), root), p.payload(as(release), other),
				p.payload(as(release), root))
		}, []policy.Requirement{byOrg}, ""},
		{"several artifacts, of which the last is good", func(p *place) {
			p.attach(root, "sha256-x.att", sigstoretest.Layer{MediaType: sigstoretest.EnvelopeType, Content: []byte("?")})
			p.attach(root, "", sigstoretest.Layer{MediaType: sigstoretest.BundleType, Content: []byte(`{}`)})
			p.attach(root, tag, p.payload(as(stranger), root))
			p.attach(root, "", p.bundle(as(release), root, sigstoretest.CosignSign))
		}, []policy.Requirement{byOrg}, ""},
		{"none of several is good", func(p *place) {
			p.attach(root, "", sigstoretest.Layer{MediaType: sigstoretest.BundleType, Content: []byte(`{}`)})
			p.attach(root, tag, p.payload(as(stranger), root), p.payload(as(release), other))
		}, []policy.Requirement{byOrg}, "unreadable"},
		{"a manifest that is none", func(p *place) {
			p.lists[root] = []artifacts.Artifact{{Digest: p.put([]byte("?")), Tag: tag}}
		}, []policy.Requirement{byOrg}, "unreadable: malformed: manifest"},
		{"two attestations", func(p *place) {
			p.attach(root, "", p.bundle(as(release), root, sigstoretest.SPDX))
			p.attach(root, "", p.bundle(as(release), root, sigstoretest.SLSAProvenance))
		}, []policy.Requirement{provenance}, ""},
		{"one of two attestations", func(p *place) {
			p.attach(root, "", p.bundle(as(release), root, sigstoretest.SLSAProvenance))
		}, []policy.Requirement{provenance}, sigstoretest.SPDX + " is missing: bundle"},
		{"two requirements", func(p *place) {
			p.attach(root, "", p.bundle(as(release), root, sigstoretest.SPDX))
			p.attach(root, tag, p.payload(as(stranger), root))
		}, []policy.Requirement{
			{GitHub: []string{"evil/app"}},
			{GitHub: []string{"org/app"}, PredicateTypes: []string{sigstoretest.SPDX}},
		}, ""},
		{"the second of two requirements", func(p *place) {
			p.attach(root, tag, p.payload(as(release), root))
		}, []policy.Requirement{byOrg, {GitHub: []string{"evil/app"}}}, "GitHub workflows of evil/app: signature"},
	} {
		p := newPlace(t)
		c.sign(p)
		asked := rules(t, c.asked...)
		got, err := p.verifier().Image(t.Context(), p, []digest.Digest{instance, root}, asked)
		if c.want == "" {
			if err != nil || got.Root != root || !got.Covers(root) || !got.Covers(instance) || got.Covers(other) {
				t.Errorf("%s: %+v, %v", c.name, got, err)
			}
			continue
		}
		var refused *verdict.NotVerified
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) || transient.Is(err) ||
			got.Root != "" || len(got.Proofs) > 0 {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
}

// TestProofs: proofs come in the order of what was asked for, each with the artifact that it is in.
func TestProofs(t *testing.T) {
	p := newPlace(t)
	first := p.attach(root, tag, p.payload(as(release), root))
	second := p.attach(root, "", p.bundle(as(release), root, sigstoretest.SPDX))
	got, err := p.verifier().Image(t.Context(), p, []digest.Digest{root}, rules(t,
		policy.Requirement{GitHub: []string{"org/app"}, PredicateTypes: []string{sigstoretest.SPDX}}, byOrg))
	if err != nil || len(got.Proofs) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	a, s := got.Proofs[0], got.Proofs[1]
	if a.Artifact != second || a.PredicateType != sigstoretest.SPDX || a.Kind != "bundle" ||
		a.Requirement != "GitHub workflows of org/app, attesting "+sigstoretest.SPDX {
		t.Errorf("%+v", a)
	}
	if s.Artifact != first || s.PredicateType != "" || s.Kind != "signature" || s.Signer.Identity != release.Subject {
		t.Errorf("%+v", s)
	}
}

// TestNoMoreIsReadThanNeeded: artifacts that can't be signatures are not read, and none after the good one.
func TestNoMoreIsReadThanNeeded(t *testing.T) {
	p := newPlace(t)
	sbom := p.attach(root, "", sigstoretest.Layer{MediaType: "application/spdx+json", Content: []byte("{}")})
	good := p.attach(root, tag, p.payload(as(release), root))
	late := p.attach(root, "", p.bundle(as(release), root, sigstoretest.CosignSign))
	if _, err := p.verifier().Image(t.Context(), p, []digest.Digest{root}, rules(t, byOrg)); err != nil {
		t.Error(err)
	}
	if p.hasRead(sbom) || !p.hasRead(good) || p.hasRead(late) {
		t.Errorf("read: %q", p.read)
	}
}

// errPassing may be gone on another try.
type errPassing struct{}

func (errPassing) Error() string   { return "come again" }
func (errPassing) Transient() bool { return true }

// TestWhatCantBeReadForNow: an image is not verified where a signature can't be read, and may be on another try; unless
// another signature is good.
func TestWhatCantBeReadForNow(t *testing.T) {
	p := newPlace(t)
	layer := p.payload(as(release), root)
	artifact := p.attach(root, tag, layer)
	for name, broken := range map[string]digest.Digest{
		"list": root, "manifest": artifact, "content": digest.FromBytes(layer.Content),
	} {
		p.fails = map[digest.Digest]error{broken: errPassing{}}
		_, err := p.verifier().Image(t.Context(), p, []digest.Digest{root}, rules(t, byOrg))
		if !transient.Is(err) || !strings.Contains(err.Error(), "come again") {
			t.Errorf("%s: %v", name, err)
		}
		p.fails[broken] = artifacts.ErrNoList
		_, err = p.verifier().Image(t.Context(), p, []digest.Digest{root}, rules(t, byOrg))
		if err == nil || transient.Is(err) {
			t.Errorf("%s, for good: %v", name, err)
		}
	}
	p.fails = map[digest.Digest]error{artifact: errPassing{}}
	p.attach(root, "", p.bundle(as(release), root, sigstoretest.CosignSign))
	if _, err := p.verifier().Image(t.Context(), p, []digest.Digest{root}, rules(t, byOrg)); err != nil {
		t.Error(err)
	}
}

func TestWhoGivesUp(t *testing.T) {
	p := newPlace(t)
	p.attach(root, tag, p.payload(as(stranger), root))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.verifier().Image(ctx, p, []digest.Digest{root}, rules(t, byOrg))
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestMany: who attaches more than is looked at is told so, and not verified by chance.
func TestMany(t *testing.T) {
	p := newPlace(t)
	for i := range evidence.MostArtifacts {
		p.attach(root, fmt.Sprintf("sha256-%d.sig", i), sigstoretest.Layer{
			MediaType: sigstoretest.PayloadType, Content: fmt.Appendf(nil, "%d", i),
		})
	}
	p.attach(root, tag, p.payload(as(release), root))
	_, err := p.verifier().Image(t.Context(), p, []digest.Digest{root}, rules(t, byOrg))
	var refused *verdict.NotVerified
	if !errors.As(err, &refused) || refused.Unmet[0].Passed != 1 || len(refused.Unmet[0].Refusals) != 20 ||
		refused.Unmet[0].More != evidence.MostArtifacts-20 {
		t.Errorf("%+v", refused)
	}
	if text := err.Error(); !strings.Contains(text, "123 more were refused; of 1 more artifacts") {
		t.Error(text)
	}
	p = newPlace(t)
	full := make([]sigstoretest.Layer, evidence.MostPieces)
	for i := range 5 {
		for j := range full {
			full[j] = sigstoretest.Layer{
				MediaType: sigstoretest.PayloadType, Content: fmt.Appendf(nil, "%d %d", i, j),
			}
		}
		p.attach(root, fmt.Sprintf("sha256-%d.sig", i), full...)
	}
	_, err = p.verifier().Image(t.Context(), p, []digest.Digest{root}, rules(t, byOrg))
	if !errors.As(err, &refused) || refused.Unmet[0].Passed != 5 || refused.Unmet[0].More != 512-20 {
		t.Errorf("%+v", refused)
	}
	// They hide nothing that comes after them.
	p.attach(root, tag, p.payload(as(release), root))
	if _, err := p.verifier().Image(t.Context(), p, []digest.Digest{root}, rules(t, byOrg)); err != nil {
		t.Error(err)
	}
}

// TestSignaturesThatAreAddedHideNone: cosign appends signatures to those at the tag.
func TestSignaturesThatAreAddedHideNone(t *testing.T) {
	for name, add := range map[string]sigstoretest.Layer{
		"many":      {MediaType: sigstoretest.PayloadType, Content: []byte("?")},
		"too large": {MediaType: sigstoretest.PayloadType, Content: make([]byte, evidence.LargestPayload+1)},
	} {
		p := newPlace(t)
		layers := []sigstoretest.Layer{p.payload(as(release), root)}
		layers = append(layers, slices.Repeat([]sigstoretest.Layer{add}, 1000)...)
		p.attach(root, tag, layers...)
		if _, err := p.verifier().Image(t.Context(), p, []digest.Digest{root}, rules(t, byOrg)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		_, err := p.verifier().Image(t.Context(), p, []digest.Digest{root}, rules(t, policy.Requirement{
			GitHub: []string{"org/other"},
		}))
		if err == nil || !strings.Contains(err.Error(), "of 1 more artifacts not all was looked at") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNoManifest(t *testing.T) {
	p := newPlace(t)
	if _, err := p.verifier().Image(t.Context(), p, nil, rules(t, byOrg)); err == nil {
		t.Error("nothing was verified")
	}
}
