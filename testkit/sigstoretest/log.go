package sigstoretest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"github.com/sigstore/sigstore-go/pkg/root"
)

// A transparencyLog is one as Rekor is, whose first entry each is.
type transparencyLog struct {
	key *ecdsa.PrivateKey
	id  [sha256.Size]byte // digest of its key
}

func newLog() (*transparencyLog, error) {
	key, err := NewKey()
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	return &transparencyLog{key, sha256.Sum256(der)}, err
}

// trusted returns the log as a trusted root has it.
func (l *transparencyLog) trusted() *root.TransparencyLog {
	return &root.TransparencyLog{
		BaseURL: "https://rekor.test", ID: l.id[:], HashFunc: crypto.SHA256, PublicKey: l.key.Public(),
		SignatureHashFunc: crypto.SHA256, ValidityPeriodStart: time.Now().Add(-time.Hour),
		ValidityPeriodEnd: time.Now().Add(time.Hour),
	}
}

// promise signs that an entry is in the log, or will be. Source: rekor, "Signed Entry Timestamp" in its types.md; the
// JSON is that of RFC 8785.
func (l *transparencyLog) promise(body []byte, when int64, id [sha256.Size]byte) ([]byte, error) {
	text, err := json.Marshal(map[string]any{
		"body": base64.StdEncoding.EncodeToString(body), "integratedTime": when, "logIndex": logIndex,
		"logID": hex.EncodeToString(id[:]),
	})
	if err != nil {
		return nil, err
	}
	return sign(l.key, text)
}

// proof proves that an entry is the only one in a tree, whose root it signs. Sources: RFC 6962, 2.1; the notes of
// C2SP's tlog-checkpoint, signed as Rekor does.
func (l *transparencyLog) proof(body []byte) (*protorekor.InclusionProof, error) {
	top := sha256.Sum256(append([]byte{0}, body...))
	text := fmt.Sprintf("rekor.test - 1\n1\n%s\n", base64.StdEncoding.EncodeToString(top[:]))
	signature, err := sign(l.key, []byte(text))
	if err != nil {
		return nil, err
	}
	hint := append(l.id[:4:4], signature...)
	return &protorekor.InclusionProof{
		TreeSize: 1, RootHash: top[:], Checkpoint: &protorekor.Checkpoint{
			Envelope: text + "\n\u2014 rekor.test " + base64.StdEncoding.EncodeToString(hint) + "\n",
		},
	}, nil
}
