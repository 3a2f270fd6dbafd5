package evidence_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/verify/evidence"
)

const (
	payload  = "application/vnd.dev.cosign.simplesigning.v1+json"
	envelope = "application/vnd.dsse.envelope.v1+json"
	bundle   = "application/vnd.dev.sigstore.bundle.v0.3+json"
)

var (
	artifact = digest.FromString("artifact")
	blob     = digest.FromString("blob")
)

func layer(mediaType, rest string) string {
	return fmt.Sprintf(`{"mediaType":%q,"digest":%q%s}`, mediaType, blob, rest)
}

func TestPieces(t *testing.T) {
	for _, c := range []struct {
		name, layers string
		want         []evidence.Kind
		wrong        string // in the error, of the one piece
	}{
		{"none", ``, nil, ""},
		{"a layer of an image", layer("application/vnd.oci.image.layer.v1.tar", `,"size":-1`), nil, ""},
		{"no type", `{"digest":"x"}`, nil, ""},
		{
			"all kinds",
			layer(payload, `,"size":5`) + "," + layer(envelope, `,"size":5`) + "," + layer(bundle, `,"size":5`),
			[]evidence.Kind{evidence.Payload, evidence.Envelope, evidence.Bundle},
			"",
		},
		{
			"bundles of all versions",
			layer("application/vnd.dev.sigstore.bundle+json;version=0.1", "") + "," +
				layer("application/vnd.dev.sigstore.bundle+json", "") + "," +
				layer("application/vnd.dev.sigstore.bundle.v0.1+json", ""),
			[]evidence.Kind{evidence.Bundle, evidence.Bundle, evidence.Bundle},
			"",
		},
		{"what begins like a bundle", layer("application/vnd.dev.sigstore.bundles", ""), nil, ""},
		{"no digest", `{"mediaType":"` + bundle + `"}`, []evidence.Kind{evidence.Bundle}, "digest"},
		{"a type that is none", `{"mediaType":1,"digest":1}`, nil, ""},
		{"no number", layer(bundle, `,"size":"5"`), []evidence.Kind{evidence.Bundle}, "json"},
		{"negative", layer(bundle, `,"size":-1`), []evidence.Kind{evidence.Bundle}, "a bundle of -1 bytes"},
		{"large payload", layer(payload, `,"size":65537`), []evidence.Kind{evidence.Payload}, "a signature of 65537 bytes; it may have 65536"},
		{"large envelope", layer(envelope, `,"size":4194305`), []evidence.Kind{evidence.Envelope}, "it may have 4194304"},
		{"large bundle", layer(bundle, `,"size":4194305`), []evidence.Kind{evidence.Bundle}, "it may have 4194304"},
		{"as large as may be", layer(bundle, `,"size":4194304`), []evidence.Kind{evidence.Bundle}, ""},
		{
			"long annotations", layer(payload, `,"annotations":{"x":"`+strings.Repeat("x", 65536)+`"}`),
			[]evidence.Kind{evidence.Payload},
			"annotations of",
		},
		{"as many as may be", many(128), kinds(128), ""},
		{"more", many(129), kinds(128), ""},
	} {
		got, more, err := evidence.Pieces(artifact, []byte(`{"layers":[`+c.layers+`]}`))
		if err != nil || more != (c.name == "more") || len(got) != len(c.want) {
			t.Errorf("%s: %d pieces, %v, %v", c.name, len(got), more, err)
			continue
		}
		for i, p := range got {
			isWrong := errors.Is(p.Err, evidence.ErrMalformed) && strings.Contains(p.Err.Error(), c.wrong)
			if p.Kind != c.want[i] || p.Artifact != artifact || isWrong != (c.wrong != "") ||
				!isWrong && p.Digest != blob {
				t.Errorf("%s: %+v, want %q", c.name, p, c.wrong)
			}
		}
	}
	if got, _, err := evidence.Pieces(artifact, []byte(`{`)); !errors.Is(err, evidence.ErrMalformed) {
		t.Errorf("no manifest: %v, %v", got, err)
	}
}

// What somebody puts beside a signature keeps it from nobody.
func TestAPieceThatCantBeReadHidesNoOther(t *testing.T) {
	layers := layer(payload, `,"size":65537`) + "," + layer(payload, `,"size":5`)
	got, _, err := evidence.Pieces(artifact, []byte(`{"layers":[`+layers+`]}`))
	if err != nil || len(got) != 2 || got[0].Err == nil || got[1].Err != nil || got[1].Size != 5 {
		t.Errorf("%+v, %v", got, err)
	}
}

func many(n int) string {
	return strings.TrimSuffix(strings.Repeat(layer(payload, `,"size":5`)+",", n), ",")
}

func kinds(n int) []evidence.Kind {
	list := make([]evidence.Kind, n)
	for i := range list {
		list[i] = evidence.Payload
	}
	return list
}

func TestAnnotationsAreRead(t *testing.T) {
	got, _, err := evidence.Pieces(artifact, []byte(`{"layers":[`+layer(payload, `,"size":1,"annotations":{"a":"b"}`)+`]}`))
	if err != nil || len(got) != 1 || got[0].Annotations["a"] != "b" || got[0].Size != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWhatMayHaveEvidence(t *testing.T) {
	for _, c := range []struct {
		a    artifacts.Artifact
		want bool
	}{
		{artifacts.Artifact{Tag: "sha256-00.sig"}, true},
		{artifacts.Artifact{Tag: "sha256-00.att"}, true},
		{artifacts.Artifact{Tag: "sha256-00.sbom", Type: ""}, false},
		{artifacts.Artifact{Type: bundle}, true},
		{artifacts.Artifact{Type: "application/vnd.dev.sigstore.bundle+json;version=0.2"}, true},
		{artifacts.Artifact{Type: "application/vnd.dev.cosign.artifact.sig.v1+json"}, true},
		{artifacts.Artifact{Type: "application/vnd.oci.empty.v1+json"}, true},
		{artifacts.Artifact{Type: ""}, true},
		{artifacts.Artifact{Type: "application/spdx+json"}, false},
		{artifacts.Artifact{Type: "application/vnd.cncf.notary.signature"}, false},
	} {
		if got := evidence.May(c.a); got != c.want {
			t.Errorf("%+v: %t", c.a, got)
		}
	}
}

// FuzzPieces: what is read of a manifest is bounded, whatever is in it.
func FuzzPieces(f *testing.F) {
	f.Add([]byte(`{"layers":[` + layer(payload, `,"size":5,"annotations":{"a":"b"}`) + `]}`))
	f.Add([]byte(`{"layers":[{"mediaType":"` + bundle + `","digest":1}]}`))
	f.Add([]byte(`{"layers":{}}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, manifest []byte) {
		pieces, _, err := evidence.Pieces(artifact, manifest)
		if err != nil && !errors.Is(err, evidence.ErrMalformed) {
			t.Error(err)
		}
		if len(pieces) > evidence.MostPieces {
			t.Errorf("%d pieces", len(pieces))
		}
		for _, p := range pieces {
			isSound := p.Digest.Validate() == nil && p.Size >= 0 && p.Size <= evidence.LargestBundle
			if p.Kind == "" || p.Err == nil && !isSound {
				t.Errorf("%+v", p)
			}
		}
	})
}
