package mirror_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror"
	"ecrmirror/internal/verify/evidence"
	"ecrmirror/internal/verify/verdict"
)

// verifying is a verifier of tests.
type verifying struct {
	err    error
	covers func(manifests []digest.Digest) []digest.Digest
	asked  [][]digest.Digest
}

func (v *verifying) Verify(
	ctx context.Context, at evidence.Place, manifests []digest.Digest, policy string,
) (verdict.Verified, error) {
	signatures, err := at.Artifacts(ctx, manifests[len(manifests)-1])
	for _, s := range signatures {
		if err == nil {
			_, err = at.Manifest(ctx, s.Digest)
		}
	}
	if err != nil {
		return verdict.Verified{}, err
	}
	v.asked = append(v.asked, manifests)
	if policy != `[{"github":["org/app"]}]` {
		return verdict.Verified{}, errors.New("another policy: " + policy)
	}
	covered := manifests
	if v.covers != nil {
		covered = v.covers(manifests)
	}
	return verdict.Verified{
		Root: manifests[len(manifests)-1], Manifests: covered, Proofs: []verdict.Proof{{Kind: "signature"}},
	}, v.err
}

// Nothing is written before the image was verified, and all of it; a verdict about a part of it is none.
func TestNothingIsWrittenBeforeItIsVerified(t *testing.T) {
	const asked = `{"verify":[{"github":["org/app"]}]}`
	for _, c := range []struct {
		name     string
		options  string
		setting  string
		verifier *verifying
		err      string
	}{
		{name: "verified", options: asked, verifier: &verifying{}},
		{name: "by the setting", options: "{}", setting: `[{"github":["org/app"]}]`, verifier: &verifying{}},
		{name: "not asked for", options: "{}", verifier: &verifying{err: errors.New("asked")}},
		{name: "not verified", options: asked, verifier: &verifying{err: errors.New("other signer")}, err: "verifying: other signer"},
		{name: "an instance is not covered", options: asked, verifier: &verifying{covers: func(m []digest.Digest) []digest.Digest {
			return m[1:]
		}}, err: "does not cover sha256:"},
		{name: "without a verifier", options: asked, err: "does not verify who has signed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			root := w.pushed(2)[0]
			signature := w.refer(root, "a/signature", "a signature")
			opts := mirror.Options{RetryDelay: time.Millisecond, Verify: c.setting}
			if c.verifier != nil {
				opts.Verifier = c.verifier
			}
			w.breakWith(nil)
			report := w.bring(mirror.New(w, opts), c.options, "HOST/a:1")
			tagged := w.digest("HOST/a:1")
			// What is verified and what comes is from one list: a registry may tell another one the second time.
			if n := w.count("LIST", root.String()); n != 1 {
				t.Errorf("the root's artifacts were listed %d times", n)
			}
			if n := w.count(http.MethodGet, "/v2/src/manifests/"+signature.String()); n != 1 {
				t.Errorf("the signature was read %d times", n)
			}
			if c.err == "" {
				if report.Err() != nil || tagged != root.String() {
					t.Errorf("%v, tagged %s", report.Err(), tagged)
				}
				return
			}
			if err := report.Err(); err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%v, want %s", err, c.err)
			}
			if n := w.count(http.MethodPut, "") + w.count(http.MethodPost, ""); n > 0 || tagged != "" {
				t.Errorf("%d writes, tagged %s", n, tagged)
			}
		})
	}
}
