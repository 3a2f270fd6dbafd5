package scripttest

import (
	"crypto"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/rogpeppe/go-internal/testscript"

	"ecrmirror/testkit/sigstoretest"
	"ecrmirror/testkit/tuftest"
)

// aSigstore is that of a script, with the keys of people.
type aSigstore struct {
	*sigstoretest.Sigstore
	keys map[string]crypto.Signer
}

// sigstore FILE makes a Sigstore for the script, and writes its trusted_root.json.
func sigstore(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: sigstore FILE")
	}
	made, err := sigstoretest.New()
	ts.Check(err)
	of(ts).sigstore = &aSigstore{made, map[string]crypto.Signer{}}
	root, err := made.Root(true)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), root, 0o600))
}

// cosignkey NAME FILE makes a pair of keys, and writes the public one.
func cosignKey(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: cosignkey NAME FILE")
	}
	key, err := sigstoretest.NewKey()
	ts.Check(err)
	of(ts).sigstore.keys[args[0]] = key
	public, err := sigstoretest.PublicPEM(key.Public())
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), public, 0o600))
}

// attach [-unlogged|-expired|-altered] FORM WHO IMAGE [OTHER] attaches to an image's root that WHO has signed it or,
// with OTHER, that. Forms are sig, att=TYPE, and bundle=TYPE. WHO is OWNER/REPO/FILE@REF for a workflow of GitHub's,
// MAIL@DOMAIN, or the NAME of a key, which cosignkey or kmskey has made.
func attach(ts *testscript.TestScript, neg bool, args []string) {
	flaws, known := map[string]sigstoretest.Flaws{
		"-unlogged": {Unlogged: true}, "-expired": {After: 20 * time.Minute}, "-altered": {Altered: true},
	}[args[0]]
	if known {
		args = args[1:]
	}
	if neg || len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: attach [-unlogged|-expired|-altered] sig|att=TYPE|bundle=TYPE WHO IMAGE [OTHER]")
	}
	w := of(ts)
	desc, err := w.get(args[2])
	ts.Check(err)
	signed, err := w.get(args[len(args)-1])
	ts.Check(err)
	by := w.sigstore.by(args[1])
	by.Flaws = flaws
	form, predicate, _ := strings.Cut(args[0], "=")
	var layer sigstoretest.Layer
	switch form {
	case "sig":
		layer, err = w.sigstore.Payload(by, signed.Digest.String())
	case "att":
		layer, err = w.sigstore.Attestation(by, signed.Digest.String(), predicate)
	case "bundle":
		layer, err = w.sigstore.Bundle(by, signed.Digest.String(), predicate)
	default:
		ts.Fatalf("no form %q", form)
	}
	ts.Check(err)
	image, err := name.ParseReference(args[2])
	ts.Check(err)
	ts.Check(w.attach(image.Context(), desc, form, layer))
}

// by returns who signs.
func (s *aSigstore) by(who string) sigstoretest.Signing {
	if key, ok := s.keys[who]; ok {
		return sigstoretest.Signing{Key: key}
	}
	if parts := strings.SplitN(who, "/", 3); len(parts) == 3 {
		file, ref, _ := strings.Cut(parts[2], "@")
		return sigstoretest.Signing{As: sigstoretest.Workflow(parts[0]+"/"+parts[1], file, ref)}
	}
	return sigstoretest.Signing{As: sigstoretest.Identity{Issuer: "https://accounts.example.com", Subject: who}}
}

// attach writes a layer as what belongs to a manifest: at its digest tag, after what is there, or as a referrer.
func (w *world) attach(in name.Repository, to *remote.Descriptor, form string, layer sigstoretest.Layer) error {
	mediaType := types.MediaType(layer.MediaType)
	added := mutate.Addendum{
		Layer: static.NewLayer(layer.Content, mediaType), MediaType: mediaType, Annotations: layer.Annotations,
	}
	opts := []remote.Option{remote.WithContext(w.ctx), w.owner}
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	if form == "bundle" {
		image, err := mutate.Append(mutate.ConfigMediaType(base, mediaType), added)
		if err != nil {
			return err
		}
		image = mutate.Subject(image, to.Descriptor).(v1.Image)
		digest, err := image.Digest()
		if err != nil {
			return err
		}
		return remote.Write(in.Digest(digest.String()), image, opts...)
	}
	tag := in.Tag(strings.Replace(to.Digest.String(), ":", "-", 1) + "." + form)
	if there, err := remote.Image(tag, opts...); err == nil {
		base = there
	}
	image, err := mutate.Append(base, added)
	if err != nil {
		return err
	}
	return remote.Write(tag, image, opts...)
}

// tuf FILE ROOT serves a file by a TUF repository, as trusted_root.json, and writes the repository's root.json. $TUF is
// its URL.
func tuf(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tuf FILE ROOT")
	}
	r, err := tuftest.New("trusted_root.json", []byte(ts.ReadFile(args[0])), time.Hour)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), r.Root(), 0o600))
	server := httptest.NewServer(r)
	ts.Defer(server.Close)
	ts.Setenv("TUF", server.URL)
}
