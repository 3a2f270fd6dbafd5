package ociimage

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io/fs"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// stickyTmp is what /tmp may be: anybody writes, and removes their own.
const stickyTmp = 0o777 | fs.ModeSticky

// certificates returns the roots that Mozilla trusts, which Linux distributions have too, as PEM. A root
// that it trusts for older certificates only is among them, as it is in Debian: PEM can't say until when.
func certificates() ([]byte, error) {
	var out bytes.Buffer
	for root := range bundle.Roots() {
		certificate, err := x509.ParseCertificate(root.Certificate)
		if err != nil {
			return nil, fmt.Errorf("a root certificate: %w", err)
		}
		fmt.Fprintf(&out, "# %q\n", certificate.Subject)
		if err := pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}
