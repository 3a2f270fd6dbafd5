package tuf_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"testing"

	sigstoretuf "github.com/sigstore/sigstore-go/pkg/tuf"
	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// TestTheRootThatIsShippedIsSigstores: the root of trust that is shipped is what Sigstore's public instance has signed
// as such, by the keys of the root.json in sigstore-go. testdata/targets.json is version 14 of the repository's targets
// (github.com/moby/policy-helpers v0.0.0-20261006174519-bd98f4747414, roots/tuf-root).
func TestTheRootThatIsShippedIsSigstores(t *testing.T) {
	root, err := metadata.Root().FromBytes(sigstoretuf.DefaultRoot())
	if err != nil {
		t.Fatal(err)
	}
	targets, err := metadata.Targets().FromFile("testdata/targets.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := root.VerifyDelegate(metadata.TARGETS, targets); err != nil {
		t.Fatal(err)
	}
	shipped, err := os.ReadFile("../trust/public-good.json")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(shipped)
	if want := targets.Signed.Targets["trusted_root.json"].Hashes["sha256"]; hex.EncodeToString(sum[:]) != want.String() {
		t.Errorf("it is %x, and Sigstore has signed %s", sum, want)
	}
}
