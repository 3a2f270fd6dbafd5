package signature_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images"
	"ecrmirror/internal/signature"
	"ecrmirror/testkit/registrytest"
	"ecrmirror/testkit/sign"
)

// A world is a registry, with a lookaside, and signers: one whom policies trust and another.
type world struct {
	t            *testing.T
	host         string
	lookaside    string // directory
	places       string // directory of registries.d
	gpg, mallory *sign.GPG
	cosign, eve  *sign.Sigstore
	registries   *images.Client

	mu       sync.Mutex
	requests []string
}

func newWorld(t *testing.T) *world {
	w := &world{
		t: t, lookaside: t.TempDir(), places: t.TempDir(),
		registries: images.New(images.Options{AWS: aws.Config{Region: "us-east-1"}}),
	}
	images := registrytest.New()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.requests = append(w.requests, r.Method+" "+r.URL.Path)
		w.mu.Unlock()
		if path, ok := strings.CutPrefix(r.URL.Path, "/lookaside/"); ok {
			http.ServeFile(rw, r, filepath.Join(w.lookaside, path))
			return
		}
		images.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	w.host = strings.TrimPrefix(server.URL, "http://")
	w.writeFile(filepath.Join(w.places, "default.yaml"),
		"default-docker:\n  lookaside: "+server.URL+"/lookaside\n  use-sigstore-attachments: true\n")
	for _, g := range []**sign.GPG{&w.gpg, &w.mallory} {
		*g = must(sign.NewGPG())(t)
	}
	for _, s := range []**sign.Sigstore{&w.cosign, &w.eve} {
		*s = must(sign.NewSigstore())(t)
	}
	return w
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (w *world) writeFile(path, content string) {
	w.t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// asked returns the requests so far that have part in them, and forgets all.
func (w *world) asked(part string) (list []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.requests {
		if strings.Contains(r, part) {
			list = append(list, r)
		}
	}
	w.requests = nil
	return list
}

func (w *world) name(s string) imagename.Name {
	w.t.Helper()
	return must(imagename.ParseImage(w.host + "/" + s))(w.t)
}

// push pushes an image and returns its manifests, the root last.
func (w *world) push(s string) []digest.Digest {
	w.t.Helper()
	img := must(random.Image(100, 1))(w.t)
	if err := remote.Write(must(name.NewTag(w.host+"/"+s))(w.t), img); err != nil {
		w.t.Fatal(err)
	}
	return []digest.Digest{digest.Digest(must(img.Digest())(w.t).String())}
}

// pushIndex does the same with an index of two images.
func (w *world) pushIndex(s string) []digest.Digest {
	w.t.Helper()
	idx := must[v1.ImageIndex](random.Index(100, 1, 2))(w.t)
	if err := remote.WriteIndex(must(name.NewTag(w.host+"/"+s))(w.t), idx); err != nil {
		w.t.Fatal(err)
	}
	var list []digest.Digest
	for _, m := range must(idx.IndexManifest())(w.t).Manifests {
		list = append(list, digest.Digest(m.Digest.String()))
	}
	return append(list, digest.Digest(must(idx.Digest())(w.t).String()))
}

// beside signs by OpenPGP: that the manifest signed is the image's, beside the manifest at.
func (w *world) beside(by *sign.GPG, image string, signed, at digest.Digest) {
	w.t.Helper()
	repository, _, _ := strings.Cut(image, ":")
	sig := must(by.Sign(w.host+"/"+image, signed.String()))(w.t)
	if err := sign.Beside(w.lookaside, repository, at.String(), sig); err != nil {
		w.t.Fatal(err)
	}
}

// attach does the same by sigstore.
func (w *world) attach(by *sign.Sigstore, image, identity string, signed, at digest.Digest) {
	w.t.Helper()
	repository, _, _ := strings.Cut(image, ":")
	repo := must(name.NewRepository(w.host + "/" + repository))(w.t)
	if err := by.Attach(w.t.Context(), repo, w.host+"/"+identity, signed.String(), at.String()); err != nil {
		w.t.Fatal(err)
	}
}

// policy returns a policy that rejects all but what the requirements for scopes say.
func (w *world) policy(scopes map[string][]requirement) *signature.Policy {
	w.t.Helper()
	document := must(json.Marshal(map[string]any{
		"default": []requirement{{"type": "reject"}}, "transports": map[string]any{"docker": scopes},
	}))(w.t)
	return must(signature.Load(string(document), noenv))(w.t)
}

type requirement map[string]any

func noenv(string) string { return "" }

func (w *world) signedBy() requirement {
	key := must(w.gpg.Public())(w.t)
	return requirement{"type": "signedBy", "keyType": "GPGKeys", "keyData": key}
}

func (w *world) sigstoreSigned() requirement {
	key := must(w.cosign.Public())(w.t)
	return requirement{
		"type": "sigstoreSigned", "keyData": key, "signedIdentity": map[string]string{"type": "matchRepository"},
	}
}

// judge asks the policy about an image, as mirror does.
func (w *world) judge(policy *signature.Policy, image imagename.Name, manifests []digest.Digest) error {
	w.t.Helper()
	identity := must(images.Identity(image))(w.t)
	needed, err := policy.Name(w.t.Context(), identity)
	if err != nil || !needed {
		return err
	}
	src, err := w.registries.Signed(w.t.Context(), image, manifests[len(manifests)-1], w.places)
	if err != nil {
		return err
	}
	defer src.Close()
	return policy.Image(w.t.Context(), identity, src, manifests)
}
