package scripttest

import (
	"encoding/pem"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/rogpeppe/go-internal/testscript"
)

// publickey KEY FILE writes the public key of one of KMS's to a file, in PEM.
func publickey(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: publickey KEY FILE")
	}
	w := of(ts)
	out, err := kms.NewFromConfig(w.server.Config()).GetPublicKey(w.ctx, &kms.GetPublicKeyInput{KeyId: &args[0]})
	ts.Check(err)
	file := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: out.PublicKey})
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), file, 0o644))
}
