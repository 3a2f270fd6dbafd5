package architecture

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// verifiers are the modules of what verifies signatures of identities: 15 MB of a program, and 5 ms of each start. The
// controller, which Lambda starts for each event, only reads policies.
var verifiers = []string{
	"github.com/sigstore/sigstore-go/", "github.com/sigstore/rekor", "github.com/theupdateframework/",
	"github.com/go-openapi/", "google.golang.org/grpc",
}

// TestTheControllerLinksNoVerifier also shows that mirror does, so that the names above are those of what there is.
func TestTheControllerLinksNoVerifier(t *testing.T) {
	if linked := linked(t, "./cmd/controller"); len(linked) > 0 {
		t.Errorf("the controller links %s", strings.Join(linked, ", "))
	}
	if linked := linked(t, "./cmd/mirror"); len(linked) < len(verifiers) {
		t.Errorf("mirror links only %s", strings.Join(linked, ", "))
	}
}

// linked returns those packages of verifiers that a program is linked from.
func linked(t *testing.T, program string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags=containers_image_openpgp,lambda.norpc", program)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(strings.Fields(string(out)), func(path string) bool {
		return !slices.ContainsFunc(verifiers, func(prefix string) bool { return strings.HasPrefix(path, prefix) })
	})
}
