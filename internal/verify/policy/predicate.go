package policy

import (
	"fmt"
	"slices"
	"strings"
)

// shortNames are cosign's names of types of predicates. Source: cosign, cmd/cosign/cli/options/predicate.go.
var shortNames = map[string]string{
	"slsaprovenance":   "https://slsa.dev/provenance/v0.2",
	"slsaprovenance02": "https://slsa.dev/provenance/v0.2",
	"slsaprovenance1":  "https://slsa.dev/provenance/v1",
	"spdx":             "https://spdx.dev/Document",
	"spdxjson":         "https://spdx.dev/Document",
	"cyclonedx":        "https://cyclonedx.org/bom",
	"vuln":             "https://cosign.sigstore.dev/attestation/vuln/v1",
}

func checkPredicateType(t string) error {
	if full, ok := shortNames[t]; ok {
		return fmt.Errorf("%s: %s is cosign's short name: write %s", MemberPredicateTypes, t, full)
	}
	if !strings.Contains(t, "://") {
		return fmt.Errorf("%s: %q is not the URI of a type, such as https://slsa.dev/provenance/v1",
			MemberPredicateTypes, t)
	}
	return nil
}

// vouching are the types of statements by which who signs them vouches for the image as a whole: cosign 3's signature
// (cosign, pkg/types/predicate.go), and SLSA's provenance, by which a builder says that the image is its own. That
// somebody attests an SBOM or a scan of an image says nothing of the kind.
var vouching = []string{
	"https://sigstore.dev/cosign/sign/v1",
	"https://slsa.dev/provenance/v1",
	"https://slsa.dev/provenance/v0.2",
}

// IsSignature reports whether a statement with a predicate of that type is a signature of its subject.
func IsSignature(predicateType string) bool { return slices.Contains(vouching, predicateType) }
