package verifyview_test

import (
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/output"
	"ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/verdict"
	"ecrmirror/internal/verifyview"
)

var (
	root = digest.Digest("sha256:" + strings.Repeat("a", 64))
	sig  = digest.Digest("sha256:" + strings.Repeat("b", 64))
)

func TestText(t *testing.T) {
	index := int64(4711)
	for _, c := range []struct {
		name string
		d    verifyview.Document
		want string
	}{
		{"nothing", verifyview.Document{Image: "r.io/app:1", Digest: root}, "r.io/app:1  " + string(root) + "\n"},
		{
			"verified",
			verifyview.Document{
				Image: "r.io/app:1", Digest: root, Verified: true,
				Artifacts: verifyview.Of([]artifacts.Artifact{{Digest: sig, Tag: "sha256-a.sig"}, {Digest: sig, Type: "x/y"}}),
				Proofs: []verdict.Proof{
					{
						Requirement: "GitHub workflows of o/r", Artifact: sig, Kind: "bundle", PredicateType: "p",
						Signer:   &policy.Signer{Issuer: "i", Identity: "w", SourceRepository: "https://github.com/o/r"},
						LogIndex: &index, Time: time.Unix(0, 0),
					},
					{Requirement: "key a.pub", Artifact: sig, Kind: "signature", Key: "sha256:1"},
				},
			},
			"r.io/app:1  " + string(root) + `
artifact     B  sha256-a.sig
artifact     B  x/y
verified     GitHub workflows of o/r
signed by    w
issuer       i
built from   https://github.com/o/r
attests      p
when         1970-01-01T00:00:00Z
log index    4711
in           bundle B
verified     key a.pub
signed by    key sha256:1
log index    in no transparency log
in           signature B
`,
		},
		{
			"not verified, and what strangers wrote",
			verifyview.Document{
				Image: "r.io/app:1", Digest: root,
				Artifacts: []verifyview.Artifact{{Digest: sig, Type: "x\x1b[2J\ny"}},
				Unmet: []verdict.Unmet{
					{Requirement: "one", PredicateType: "p", More: 3, Passed: 2, Refusals: []verdict.Refusal{
						{Artifact: sig, Kind: "bundle", Reason: verdict.OtherSigner, Detail: "evil\x1b]0;x\a"},
					}},
					{Requirement: "two"},
				},
			},
			"r.io/app:1  " + string(root) + `
artifact      B  x?[2J; y
not verified  one
lacks         p
refused       bundle sha256:bbbbbbbbbbbb: other signer: evil?]0;x?
refused       3 more
passed over   of 2 more artifacts not all was looked at
not verified  two
refused       nothing is signed
`,
		},
	} {
		var b strings.Builder
		if err := verifyview.Text(&b, output.Palette{}, c.d); err != nil {
			t.Error(err)
		}
		got := strings.ReplaceAll(b.String(), string(sig), "B")
		if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(c.want), " ") {
			t.Errorf("%s:\n%swant:\n%s", c.name, got, c.want)
		}
	}
}

func TestManyArtifacts(t *testing.T) {
	var b strings.Builder
	d := verifyview.Document{Image: "r.io/app:1", Artifacts: make([]verifyview.Artifact, 60)}
	if err := verifyview.Text(&b, output.Palette{}, d); err != nil {
		t.Error(err)
	}
	if lines := strings.Split(b.String(), "\n"); len(lines) != 53 || lines[51] != "artifacts  10 more" {
		t.Errorf("%d lines:\n%s", len(lines), b.String())
	}
}
