package signature_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images"
	"ecrmirror/internal/images/signatures"
	"ecrmirror/internal/signature"
	"ecrmirror/testkit/sign"
)

const noSignature = "A signature was required, but no signature exists"

func TestSignedBy(t *testing.T) {
	w := newWorld(t)
	policy := w.policy(map[string][]requirement{w.host: {w.signedBy()}})
	for _, c := range []struct {
		name   string
		signed func(image string, d []digest.Digest)
		want   string // part of the error; "" if it is accepted
	}{
		{"right", func(image string, d []digest.Digest) { w.beside(w.gpg, image, d[0], d[0]) }, ""},
		{"none", func(string, []digest.Digest) {}, noSignature},
		{"key", func(image string, d []digest.Digest) { w.beside(w.mallory, image, d[0], d[0]) }, "Key not found"},
		{
			"digest", func(image string, d []digest.Digest) { w.beside(w.gpg, image, digest.FromString("other"), d[0]) },
			"does not match",
		},
		{"identity", func(_ string, d []digest.Digest) {
			sig := must(w.gpg.Sign(w.host+"/identity:2", d[0].String()))(t)
			w.lookasideFile("identity", d[0], sig)
		}, "is not accepted"},
		{
			"junk", func(_ string, d []digest.Digest) { w.lookasideFile("junk", d[0], []byte("\x90junk")) },
			"signature policy: ",
		},
		{
			"page", func(_ string, d []digest.Digest) { w.lookasideFile("page", d[0], []byte("<html>")) },
			"/signature-1: unrecognized signature format, starting with binary 0x3c",
		},
		{
			"large", func(_ string, d []digest.Digest) { w.lookasideFile("large", d[0], make([]byte, 64<<10+1)) },
			"/signature-1: more than 65536 bytes",
		},
		{"second", func(image string, d []digest.Digest) {
			w.beside(w.mallory, image, d[0], d[0])
			sig := must(w.gpg.Sign(w.host+"/"+image, d[0].String()))(t)
			w.writeFile(filepath.Join(w.lookaside, "second@"+strings.Replace(d[0].String(), ":", "=", 1),
				"signature-2"), string(sig))
		}, ""},
	} {
		image := c.name + ":1"
		manifests := w.push(image)
		c.signed(image, manifests)
		expect(t, c.name, w.judge(policy, w.name(image), manifests), c.want)
	}
}

func TestSigstoreSigned(t *testing.T) {
	w := newWorld(t)
	policy := w.policy(map[string][]requirement{w.host: {w.sigstoreSigned()}})
	for _, c := range []struct {
		name   string
		signed func(image string, d digest.Digest)
		want   string
	}{
		{"right", func(image string, d digest.Digest) { w.attach(w.cosign, image, image, d, d) }, ""},
		// as the policy says
		{"repository", func(image string, d digest.Digest) { w.attach(w.cosign, image, "repository:2", d, d) }, ""},
		{"none", func(string, digest.Digest) {}, noSignature},
		{
			"key", func(image string, d digest.Digest) { w.attach(w.eve, image, image, d, d) },
			"cryptographic signature verification failed",
		},
		{"digest", func(image string, d digest.Digest) {
			w.attach(w.cosign, image, image, digest.FromString("other"), d)
		}, "does not match"},
		{
			"identity", func(image string, d digest.Digest) { w.attach(w.cosign, image, "other:1", d, d) },
			"is not accepted",
		},
	} {
		image := c.name + ":1"
		manifests := w.push(image)
		c.signed(image, manifests[0])
		expect(t, c.name, w.judge(policy, w.name(image), manifests), c.want)
	}
}

// TestAnIndexAndItsInstancesMustBeSigned: more than copy.Image asks for, which looks at the
// instances alone.
func TestAnIndexAndItsInstancesMustBeSigned(t *testing.T) {
	w := newWorld(t)
	policy := w.policy(map[string][]requirement{w.host: {w.sigstoreSigned()}})
	for _, c := range []struct {
		name   string
		signed []int
		want   string
	}{
		{"all", []int{0, 1, 2}, ""},
		{"instances", []int{0, 1}, noSignature},
		{"index", []int{2}, noSignature},
		{"one", []int{1, 2}, noSignature},
		{"none", nil, noSignature},
	} {
		image := c.name + ":1"
		manifests := w.pushIndex(image)
		for _, i := range c.signed {
			w.attach(w.cosign, image, image, manifests[i], manifests[i])
		}
		err := w.judge(policy, w.name(image), manifests)
		expect(t, c.name, err, c.want)
		if err != nil && !strings.Contains(err.Error(), "manifest sha256:") {
			t.Errorf("%s: %v names no manifest", c.name, err)
		}
	}
}

// TestWhatIsJudgedIsWhatIsCopied: the tag has moved to a signed image since its digest was read.
func TestWhatIsJudgedIsWhatIsCopied(t *testing.T) {
	w := newWorld(t)
	policy := w.policy(map[string][]requirement{w.host: {w.sigstoreSigned()}})
	before := w.push("app:1")
	after := w.push("app:1")
	w.attach(w.cosign, "app:1", "app:1", after[0], after[0])
	expect(t, "before", w.judge(policy, w.name("app:1"), before), noSignature)
	expect(t, "after", w.judge(policy, w.name("app:1"), after), "")
}

// TestASourceThatGivesSomethingElse: files have no digests that they could be asked for by.
func TestASourceThatGivesSomethingElse(t *testing.T) {
	w := newWorld(t)
	other := w.push("app:other")
	manifests := w.push("app:1")
	policy := must(signature.Load(`{"default":[{"type":"insecureAcceptAnything"}]}`, noenv))(t)
	name := w.name("app:1")
	src := mixedUp{must(w.registries.Signed(t.Context(), name, manifests[0], w.places))(t), manifests[0]}
	defer src.Close()
	identity := must(images.Identity(name))(t)
	expect(t, "the same", policy.Image(t.Context(), identity, src, manifests), "")
	expect(t, "another", policy.Image(t.Context(), identity, src, other), "it is "+manifests[0].String()+" now")
}

// mixedUp is a source that gives the same for every digest.
type mixedUp struct {
	*signatures.Image
	always digest.Digest
}

func (m mixedUp) Signed(ctx context.Context, _ digest.Digest) (types.UnparsedImage, error) {
	return m.Image.Signed(ctx, m.always)
}

// TestScopes finds the requirements for a name, in whichever way it is written.
func TestScopes(t *testing.T) {
	const host = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
	w := newWorld(t)
	accept := []requirement{{"type": "insecureAcceptAnything"}}
	policy := w.policy(map[string][]requirement{
		"docker.io/library": accept, "docker.io/library/evil": {{"type": "reject"}},
		host + "/team": accept, host + "/team/app": {w.signedBy()}, "*.cn-north-1.amazonaws.com.cn": accept,
		"public.ecr.aws/docker": accept, "ghcr.io/org/app:1": accept, "quay.io": accept, w.host: accept,
	})
	for name, want := range map[string]string{
		"alpine": "accepted", "registry-1.docker.io/alpine:3": "accepted", "INDEX.docker.io/library/alpine": "accepted",
		"evil": "rejected", "registry.hub.docker.com/library/evil": "rejected",
		"docker.io:443/library/evil": "rejected", "org/app": "rejected",
		host + "/team/other:1": "accepted", host + "/team/app:1": "signatures", host + "/else": "rejected",
		"123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/team/app":       "signatures",
		"123456789012.dkr-ecr.us-east-1.on.aws/team/app":                   "signatures",
		"ecr.aws/arn:aws:ecr:us-east-1:123456789012:repository/team/app:1": "signatures",
		"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app":             "accepted",
		"123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app":            "rejected",
		"ecr-public.aws.com/docker/library/alpine":                         "accepted",
		"public.ecr.aws/other/app":                                         "rejected",
		"ghcr.io/org/app:1":                                                "accepted",
		"GHCR.io:443/org/app:1":                                            "accepted", "ghcr.io/org/app:2": "rejected",
		"quay.io/a/b@sha256:" + strings.Repeat("a", 64): "accepted", "quay.io/a/b:1@sha256:" + strings.Repeat("a",
			64): "accepted",
		w.host + "/app": "accepted", "dir:/tmp": "rejected", "oci:/tmp/x:1": "rejected",
	} {
		identity := must(images.Identity(must(imagename.ParseImage(name))(t)))(t)
		signatures, err := policy.Name(t.Context(), identity)
		got := "accepted"
		switch {
		case err != nil:
			got = "rejected"
		case signatures:
			got = "signatures"
		}
		if got != want {
			t.Errorf("%s: %s (%v), want %s", name, got, err, want)
		}
	}
	if asked := w.asked(""); len(asked) > 0 {
		t.Errorf("a name is judged without asking anybody, but there was %q", asked)
	}
}

func TestATagAndADigestMeanTheDigest(t *testing.T) {
	w := newWorld(t)
	policy := w.policy(map[string][]requirement{w.host: {w.signedBy()}})
	manifests := w.push("app:1")
	w.beside(w.gpg, "app:other", manifests[0], manifests[0])
	expect(t, "tag", w.judge(policy, w.name("app:1"), manifests), "is not accepted")
	expect(t, "digest", w.judge(policy, w.name("app@"+manifests[0].String()), manifests), "")
	expect(t, "both", w.judge(policy, w.name("app:1@"+manifests[0].String()), manifests), "")
}

func TestNoPolicyAcceptsAll(t *testing.T) {
	var none *signature.Policy
	if needed, err := none.Name(t.Context(), nil); needed || err != nil {
		t.Error(needed, err)
	}
	if err := none.Image(t.Context(), nil, nil, nil); err != nil {
		t.Error(err)
	}
}

func (w *world) lookasideFile(repository string, at digest.Digest, content []byte) {
	w.t.Helper()
	if err := sign.Beside(w.lookaside, repository, at.String(), content); err != nil {
		w.t.Fatal(err)
	}
}

func expect(t *testing.T, what string, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("%s: %v", what, err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("%s: %v, want an error that says %q", what, err, want)
	}
}
