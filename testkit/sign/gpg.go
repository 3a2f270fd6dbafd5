// Package sign signs images, as podman and cosign do, for tests: by OpenPGP beside the registry, in
// what is called a lookaside, and by sigstore, in the image's repository.
package sign

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// A GPG is a pair of OpenPGP keys. NewGPG makes it.
type GPG struct{ entity *openpgp.Entity }

// NewGPG makes a pair of keys.
func NewGPG() (*GPG, error) {
	entity, err := openpgp.NewEntity("Signer", "", "signer@example.com",
		&packet.Config{Algorithm: packet.PubKeyAlgoEdDSA})
	return &GPG{entity: entity}, err
}

// Public returns the public key, armored.
func (g *GPG) Public() ([]byte, error) {
	var b bytes.Buffer
	w, err := armor.Encode(&b, openpgp.PublicKeyType, nil)
	if err != nil {
		return nil, err
	}
	if err := g.entity.Serialize(w); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

// Sign returns a signature that says that the manifest of a digest is that of an image name, which
// has a tag.
func (g *GPG) Sign(name, digest string) ([]byte, error) {
	content, err := payload("atomic container signature", name, digest)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w, err := openpgp.Sign(&b, g.entity, nil, nil)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

// Beside writes a signature of a repository's manifest into a lookaside, a directory, as its only
// one.
func Beside(dir, repository, digest string, signature []byte) error {
	at := filepath.Join(dir, repository+"@"+strings.Replace(digest, ":", "=", 1))
	if err := os.MkdirAll(at, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(at, "signature-1"), signature, 0o600)
}

// payload returns what is signed.
func payload(kind, name, digest string) ([]byte, error) {
	if !strings.Contains(digest, ":") {
		return nil, fmt.Errorf("%q is no digest", digest)
	}
	return json.Marshal(map[string]any{
		"critical": map[string]any{
			"type":     kind,
			"image":    map[string]string{"docker-manifest-digest": digest},
			"identity": map[string]string{"docker-reference": name},
		},
		"optional": map[string]any{},
	})
}
