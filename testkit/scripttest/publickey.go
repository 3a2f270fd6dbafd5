package scripttest

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"io"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/rogpeppe/go-internal/testscript"
)

// publickey KEY FILE writes the public key of one of KMS's to a file, in PEM.
func publickey(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: publickey KEY FILE")
	}
	_, out := of(ts).publicKey(ts, args[0])
	file := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: out.PublicKey})
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), file, 0o644))
}

// publicKey returns the public side of a key of KMS's, and what has it.
func (w *world) publicKey(ts *testscript.TestScript, name string) (*kms.Client, *kms.GetPublicKeyOutput) {
	api := kms.NewFromConfig(w.server.Config())
	out, err := api.GetPublicKey(w.ctx, &kms.GetPublicKeyInput{KeyId: &name})
	ts.Check(err)
	return api, out
}

// kmskey NAME KEY has attach sign by a key of KMS's that is of P-256, under that name.
func kmsKey(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: kmskey NAME KEY")
	}
	w := of(ts)
	api, out := w.publicKey(ts, args[1])
	public, err := x509.ParsePKIXPublicKey(out.PublicKey)
	ts.Check(err)
	w.sigstore.keys[args[0]] = kmsSigner{w.ctx, api, args[1], public}
}

// A kmsSigner signs as cosign does by a key of KMS's.
type kmsSigner struct {
	ctx    context.Context // that of the script
	api    *kms.Client
	key    string
	public crypto.PublicKey
}

// Public implements [crypto.Signer].
func (k kmsSigner) Public() crypto.PublicKey { return k.public }

// Sign implements [crypto.Signer]. It is given a message, and not the digest of one.
func (k kmsSigner) Sign(_ io.Reader, message []byte, _ crypto.SignerOpts) ([]byte, error) {
	out, err := k.api.Sign(k.ctx, &kms.SignInput{
		KeyId: &k.key, Message: message, SigningAlgorithm: types.SigningAlgorithmSpecEcdsaSha256,
	})
	if err != nil {
		return nil, err
	}
	return out.Signature, nil
}
