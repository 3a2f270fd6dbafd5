package sign

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// A Sigstore is a pair of ECDSA keys, as cosign's are. NewSigstore makes it.
type Sigstore struct{ key *ecdsa.PrivateKey }

// NewSigstore makes a pair of keys.
func NewSigstore() (*Sigstore, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return &Sigstore{key: key}, err
}

// Public returns the public key in PEM.
func (s *Sigstore) Public() ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(&s.key.PublicKey)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), err
}

// Attach signs that the manifest of a digest is that of an image name, and writes the signature into
// a repository, to the manifest of the digest attachedTo.
func (s *Sigstore) Attach(ctx context.Context, repository name.Repository, imageName, digest, attachedTo string) error {
	content, err := payload("cosign container image signature", imageName, digest)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	signature, err := ecdsa.SignASN1(rand.Reader, s.key, sum[:])
	if err != nil {
		return err
	}
	image, err := mutate.Append(mutate.MediaType(empty.Image, types.OCIManifestSchema1), mutate.Addendum{
		Layer:     static.NewLayer(content, "application/vnd.dev.cosign.simplesigning.v1+json"),
		MediaType: "application/vnd.dev.cosign.simplesigning.v1+json",
		Annotations: map[string]string{
			"dev.cosignproject.cosign/signature": base64.StdEncoding.EncodeToString(signature),
		},
	})
	if err != nil {
		return err
	}
	image = mutate.ConfigMediaType(image, types.OCIConfigJSON)
	return remote.Write(repository.Tag(strings.Replace(attachedTo, ":", "-", 1)+".sig"), image, remote.WithContext(ctx))
}
