// Package trust has the roots of trust by which signatures of identities are verified: the authorities that issue their
// certificates, the logs that these and signatures are in, and the authorities that tell the time of a signature. One
// is shipped; others are read from files. Nothing is fetched.
package trust

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"ecrmirror/internal/infile"

	"github.com/sigstore/sigstore-go/pkg/root"
)

// shipped is the root of Sigstore's public instance, as its TUF repository had it in October 2026: the target
// trusted_root.json of version 14 of its targets, which the test holds it against. It came by way of
// github.com/moby/policy-helpers, Apache License 2.0.
//
//go:embed public-good.json
var shipped []byte

const (
	largest   = 1 << 20 // bytes of a file; the public root has 7 KiB
	mostRoots = 8
)

// A Root says whom to trust. It is safe for concurrent use.
type Root struct {
	materials []root.TrustedMaterial
	from      string
}

// String returns where the root comes from.
func (r *Root) String() string { return r.from }

// Materials returns what is trusted, each by itself: what one authority has issued is in its own logs, not in those of
// another.
func (r *Root) Materials() []root.TrustedMaterial { return r.materials }

// Of returns a root of what is trusted, for tests and for those who have it already.
func Of(from string, materials ...root.TrustedMaterial) *Root { return &Root{materials, from} }

// Shipped returns the root of Sigstore's public instance.
func Shipped() (*Root, error) { return Parse("the root that is shipped", shipped) }

// Load returns the root in a file: a trusted_root.json, or several, a line each, as gh attestation trusted-root prints
// them. With "" it is the root that is shipped.
func Load(file string) (*Root, error) {
	if file == "" {
		return Shipped()
	}
	document, err := infile.Read(file, largest)
	if err != nil {
		return nil, fmt.Errorf("trusted root: %w", err)
	}
	return Parse(file, document)
}

// Parse returns the root that a document has. from is what errors call it.
func Parse(from string, document []byte) (*Root, error) {
	if len(document) > largest {
		return nil, fmt.Errorf("trusted root %s: more than %d bytes", from, largest)
	}
	r := &Root{from: from}
	for decoder := json.NewDecoder(strings.NewReader(string(document))); ; {
		var one json.RawMessage
		err := decoder.Decode(&one)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && len(r.materials) == mostRoots {
			err = fmt.Errorf("more than %d roots", mostRoots)
		}
		var material *root.TrustedRoot
		if err == nil {
			material, err = parse(one)
		}
		if err != nil {
			return nil, fmt.Errorf("trusted root %s: %w", from, err)
		}
		r.materials = append(r.materials, material)
	}
	if len(r.materials) == 0 {
		return nil, fmt.Errorf("trusted root %s: is empty", from)
	}
	return r, nil
}

// parse parses one root, which must be able to vouch for somebody, and to tell when that was.
func parse(document []byte) (*root.TrustedRoot, error) {
	material, err := root.NewTrustedRootFromJSON(document)
	if err != nil {
		return nil, fmt.Errorf("not a trusted_root.json: %w", err)
	}
	switch {
	case len(material.FulcioCertificateAuthorities()) == 0:
		return nil, errors.New("has no authority for certificates")
	case len(material.RekorLogs()) == 0 && len(material.TimestampingAuthorities()) == 0:
		return nil, errors.New("has neither a log nor an authority for timestamps")
	}
	return material, nil
}
