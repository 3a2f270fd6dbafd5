package scripttest

import (
	"encoding/base64"
	"os"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/rogpeppe/go-internal/testscript"

	"ecrmirror/testkit/sign"
)

// signers are a person's pairs of keys.
type signers struct {
	gpg      *sign.GPG
	sigstore *sign.Sigstore
}

// signer NAME makes a person's pairs of keys, and puts the public ones, in base64, into $NAME_GPG and
// $NAME_SIGSTORE.
func signer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: signer NAME")
	}
	gpg, err := sign.NewGPG()
	ts.Check(err)
	sigstore, err := sign.NewSigstore()
	ts.Check(err)
	w := of(ts)
	if w.signers == nil {
		w.signers = map[string]signers{}
	}
	w.signers[args[0]] = signers{gpg, sigstore}
	key, err := gpg.Public()
	ts.Check(err)
	ts.Setenv(args[0]+"_GPG", base64.StdEncoding.EncodeToString(key))
	key, err = sigstore.Public()
	ts.Check(err)
	ts.Setenv(args[0]+"_SIGSTORE", base64.StdEncoding.EncodeToString(key))
}

// sign NAME gpg|sigstore IMAGE [OTHER] signs an image, its index and instances, or with OTHER what
// that is, which is what a forger would do: by OpenPGP into the directory $WORK/lookaside, or by
// sigstore into its repository.
func signImage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: sign NAME gpg|sigstore IMAGE [OTHER]")
	}
	keys, ok := of(ts).signers[args[0]]
	if !ok {
		ts.Fatalf("no signer %s", args[0])
	}
	image, err := name.NewTag(args[2])
	ts.Check(err)
	at := manifests(ts, args[2])
	signed := at
	if len(args) == 4 {
		signed = manifests(ts, args[3])
	}
	for i, digest := range signed {
		if args[1] == "sigstore" {
			ts.Check(keys.sigstore.Attach(of(ts).ctx, image.Repository, image.Name(), digest, at[i]))
			continue
		}
		signature, err := keys.gpg.Sign(image.Name(), digest)
		ts.Check(err)
		ts.Check(sign.Beside(ts.MkAbs("lookaside"), image.RepositoryStr(), at[i], signature))
	}
}

// manifests returns the digests of an image's manifests, the root last.
func manifests(ts *testscript.TestScript, image string) (digests []string) {
	ref, err := name.ParseReference(image)
	ts.Check(err)
	desc, err := remote.Get(ref, remote.WithContext(of(ts).ctx), of(ts).owner)
	ts.Check(err)
	if desc.MediaType.IsIndex() {
		index, err := desc.ImageIndex()
		ts.Check(err)
		list, err := index.IndexManifest()
		ts.Check(err)
		for _, instance := range list.Manifests {
			digests = append(digests, instance.Digest.String())
		}
	}
	return append(digests, desc.Digest.String())
}

// unwritten checks that localstack got no request that writes anything since the last reset.
func unwritten(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: unwritten")
	}
	for call, n := range of(ts).server.Stats().Snapshot().Calls {
		for _, writes := range []string{
			"v2.POST", "v2.PUT", "v2.PATCH", "ecr.Initiate", "ecr.Upload", "ecr.Complete",
			"ecr.Put", "ecr.Create",
		} {
			if strings.HasPrefix(call, writes) && n > 0 {
				ts.Fatalf("%d calls of %s", n, call)
			}
		}
	}
}

// unasked checks that localstack got no request at all since the last reset.
func unasked(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: unasked")
	}
	for call, n := range of(ts).server.Stats().Snapshot().Calls {
		if n > 0 {
			ts.Fatalf("%d calls of %s", n, call)
		}
	}
}

// lookaside has signatures looked for in $WORK/lookaside, and attached to images, by the user's
// configuration.
func lookaside(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: lookaside")
	}
	ts.Check(os.MkdirAll(ts.MkAbs("home/.config/containers/registries.d"), 0o755))
	content := "default-docker:\n  lookaside: file://" + ts.MkAbs("lookaside") + "\n  use-sigstore-attachments: true\n"
	ts.Check(os.WriteFile(ts.MkAbs("home/.config/containers/registries.d/test.yaml"), []byte(content), 0o600))
	ts.Setenv("HOME", ts.MkAbs("home"))
}
