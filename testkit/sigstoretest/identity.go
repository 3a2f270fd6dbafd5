package sigstoretest

import (
	"crypto/ecdsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"net/url"
	"strings"
	"time"
)

// An Identity is whom a certificate is for.
type Identity struct {
	Issuer  string
	Subject string // an e-mail address, or a URI
	// SourceRepository is https://github.com/OWNER/REPO, and SourceRef what was built of it; "" = not said.
	SourceRepository, SourceRef string
}

// Workflow returns the identity of a workflow of GitHub Actions that builds a ref of its own repository, OWNER/REPO.
func Workflow(repository, file, ref string) Identity {
	return Identity{
		Issuer:           "https://token.actions.githubusercontent.com",
		Subject:          "https://github.com/" + repository + "/.github/workflows/" + file + "@" + ref,
		SourceRepository: "https://github.com/" + repository, SourceRef: ref,
	}
}

// validity is for how long a certificate is valid, as Fulcio's are.
const validity = 10 * time.Minute

// certify returns a certificate for an identity, and its key, as PEM and parsed.
func (s *Sigstore) certify(who Identity) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	template := &x509.Certificate{
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
	}
	if strings.Contains(who.Subject, "://") {
		uri, err := url.Parse(who.Subject)
		if err != nil {
			return nil, nil, err
		}
		template.URIs = []*url.URL{uri}
	} else {
		template.EmailAddresses = []string{who.Subject}
	}
	// Fulcio's OIDs of the issuer, of the source repository, and of its ref.
	for last, text := range map[int]string{8: who.Issuer, 12: who.SourceRepository, 14: who.SourceRef} {
		if text == "" {
			continue
		}
		value, err := asn1.MarshalWithParams(text, "utf8")
		if err != nil {
			return nil, nil, err
		}
		template.ExtraExtensions = append(template.ExtraExtensions, pkix.Extension{
			Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, last}, Value: value,
		})
	}
	return issue(template, validity, s.fulcio.Intermediates[0], s.issues)
}

func certificatePEM(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

// PublicPEM returns a public key as cosign.pub has it.
func PublicPEM(public any) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), err
}
