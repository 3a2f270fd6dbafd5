package architecture

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// tags are those by which programs are released (package gobuild).
const tags = "containers_image_openpgp,lambda.norpc,grpcnotrace"

// verifiers are the modules of what verifies signatures of identities: 4 MB of a program, and 5 ms of each start; and
// what reads keys from KMS. The controller, which Lambda starts for each event, only reads policies.
var verifiers = []string{
	"github.com/sigstore/sigstore-go/", "github.com/sigstore/rekor", "github.com/theupdateframework/",
	"github.com/go-openapi/", "google.golang.org/grpc", "github.com/aws/aws-sdk-go-v2/service/kms",
}

// TestTheControllerLinksNoVerifier also shows that mirror does, so that the names above are those of what there is.
func TestTheControllerLinksNoVerifier(t *testing.T) {
	if found := linked(t, "./cmd/controller", verifiers...); len(found) > 0 {
		t.Errorf("the controller links %s", strings.Join(found, ", "))
	}
	for _, module := range verifiers {
		if len(linked(t, "./cmd/mirror", module)) == 0 {
			t.Errorf("mirror links nothing of %s", module)
		}
	}
}

// TestNothingKeepsAllMethods: web pages of traces are made by templates, which call methods by name, so that the linker
// keeps all methods of all types: a third of mirror.
func TestNothingKeepsAllMethods(t *testing.T) {
	if found := linked(t, "./cmd/mirror", "golang.org/x/net/trace"); len(found) > 0 {
		t.Errorf("mirror links %s: go build -ldflags=-dumpdep tells by what, see ReflectMethod there", found)
	}
}

// linked returns the packages that a program is linked from whose paths begin as one says.
func linked(t *testing.T, program string, prefixes ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags="+tags, program)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(strings.Fields(string(out)), func(path string) bool {
		return !slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(path, prefix) })
	})
}
