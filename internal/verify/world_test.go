package verify_test

import (
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/verify"
	"ecrmirror/internal/verify/policy"
	"ecrmirror/internal/verify/trust"
	"ecrmirror/testkit/leaks"
	"ecrmirror/testkit/sigstoretest"
)

func TestMain(m *testing.M) { leaks.Main(m) }

var (
	instance = digest.FromString("instance")
	root     = digest.FromString("index")
	other    = digest.FromString("another image")
	release  = sigstoretest.Workflow("org/app", "release.yml", "refs/tags/v1")
	stranger = sigstoretest.Workflow("evil/app", "release.yml", "refs/tags/v1")
	byOrg    = policy.Requirement{GitHub: []string{"org/app"}}
)

// A place is a repository in memory. Its lists are in the order in which things were attached.
type place struct {
	t     *testing.T
	store *sigstoretest.Sigstore
	blobs map[digest.Digest][]byte
	lists map[digest.Digest][]artifacts.Artifact
	fails map[digest.Digest]error // what can't be read, and why
	read  []digest.Digest         // blobs and manifests, in their order
}

func newPlace(t *testing.T) *place {
	t.Helper()
	store, err := sigstoretest.New()
	check(t, err)
	return &place{
		t: t, store: store, blobs: map[digest.Digest][]byte{}, lists: map[digest.Digest][]artifacts.Artifact{},
		fails: map[digest.Digest]error{},
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (p *place) Artifacts(_ context.Context, subject digest.Digest) ([]artifacts.Artifact, error) {
	return p.lists[subject], p.fails[subject]
}

func (p *place) Manifest(_ context.Context, d digest.Digest) ([]byte, error) {
	p.read = append(p.read, d)
	if err := p.fails[d]; err != nil {
		return nil, err
	}
	if data, ok := p.blobs[d]; ok {
		return data, nil
	}
	return nil, fs.ErrNotExist
}

func (p *place) Blob(ctx context.Context, blob content.Blob) (io.ReadCloser, error) {
	data, err := p.Manifest(ctx, blob.Digest)
	return io.NopCloser(strings.NewReader(string(data))), err
}

func (p *place) put(data []byte) digest.Digest {
	d := digest.FromBytes(data)
	p.blobs[d] = data
	return d
}

// attach attaches layers to a manifest, as one artifact. The tag is that of a digest tag, "" of a referrer.
func (p *place) attach(to digest.Digest, tag string, layers ...sigstoretest.Layer) digest.Digest {
	p.t.Helper()
	list := []any{}
	for _, l := range layers {
		list = append(list, map[string]any{
			"mediaType": l.MediaType, "digest": p.put(l.Content), "size": len(l.Content), "annotations": l.Annotations,
		})
	}
	manifest, err := json.Marshal(map[string]any{"schemaVersion": 2, "layers": list})
	check(p.t, err)
	a := artifacts.Artifact{Digest: p.put(manifest), Tag: tag}
	if tag == "" && len(layers) > 0 {
		a.Type = layers[0].MediaType
	}
	p.lists[to] = append(p.lists[to], a)
	return a.Digest
}

const tag = "sha256-x.sig"

// payload is a signature of cosign 2.
func (p *place) payload(by sigstoretest.Signing, about digest.Digest) sigstoretest.Layer {
	p.t.Helper()
	layer, err := p.store.Payload(by, about.String())
	check(p.t, err)
	return layer
}

// bundle is a bundle of cosign 3 or of GitHub.
func (p *place) bundle(by sigstoretest.Signing, about digest.Digest, predicate string) sigstoretest.Layer {
	p.t.Helper()
	layer, err := p.store.Bundle(by, about.String(), predicate)
	check(p.t, err)
	return layer
}

func (p *place) verifier() *verify.Verifier {
	p.t.Helper()
	document, err := p.store.Root(true)
	check(p.t, err)
	trusted, err := trust.Parse("test", document)
	check(p.t, err)
	return verify.New(trusted)
}

func as(who sigstoretest.Identity) sigstoretest.Signing { return sigstoretest.Signing{As: who} }

func rules(t *testing.T, p ...policy.Requirement) []policy.Rule {
	t.Helper()
	compiled, err := policy.Policy(p).Compile(t.Context(), nil)
	check(t, err)
	return compiled
}

func (p *place) hasRead(d digest.Digest) bool { return slices.Contains(p.read, d) }
