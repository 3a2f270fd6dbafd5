package architecture

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const root = "../.."

// TestImports holds the module's packages to the design's direction.
func TestImports(t *testing.T) {
	imports, testImports := map[string][]string{}, map[string][]string{}
	var names []string
	for _, p := range list(t) {
		names = append(names, strings.TrimPrefix(p.ImportPath, module))
		imports[p.ImportPath] = p.Imports
		testImports[p.ImportPath] = slices.Concat(p.TestImports, p.XTestImports)
	}
	for _, v := range slices.Concat(violations(imports), testViolations(testImports), unused(names)) {
		t.Error(v)
	}
}

// TestImportsAreReallyChecked shows that each rule of the design has teeth.
func TestImportsAreReallyChecked(t *testing.T) {
	for _, c := range []struct{ pkg, imported, want string }{
		{"internal/controller", "ecrmirror/internal/mirror", "internal/controller must not import internal/mirror"},
		{"internal/mirror", "ecrmirror/internal/controller", "internal/mirror must not import internal/controller"},
		{
			"internal/mirror", "github.com/aws/aws-sdk-go-v2/service/ecr",
			"internal/mirror must not import github.com/aws/aws-sdk-go-v2/service/ecr",
		},
		{"internal/contract", "ecrmirror/internal/imagename", "internal/contract must not import internal/imagename"},
		{
			"internal/registryclient/reading", "ecrmirror/internal/registryclient/writing",
			"internal/registryclient/reading must not import internal/registryclient/writing",
		},
		{
			"internal/registryclient/wire", "ecrmirror/internal/registryclient/auth",
			"internal/registryclient/wire must not import internal/registryclient/auth",
		},
		{"internal/chunked", "ecrmirror/internal/ecr", "internal/chunked must not import internal/ecr"},
		{"internal/ecr", "ecrmirror/internal/ecrtransport", "internal/ecr must not import internal/ecrtransport"},
		{"internal/ecr", "go.podman.io/image/v5/types", "internal/ecr must not import go.podman.io/image/v5/types"},
		{
			"internal/mirror", "go.podman.io/image/v5/types",
			"internal/mirror must not import go.podman.io/image/v5/types",
		},
		{"internal/mirror/port", "ecrmirror/internal/mirror", "internal/mirror/port must not import internal/mirror"},
		{"internal/ecrtransport", "ecrmirror/internal/images", "internal/ecrtransport must not import internal/images"},
		{"localstack/ecr", "ecrmirror/internal/imagename", "localstack/ecr must not import internal/imagename"},
		{"reliability/chaos", "ecrmirror/bench/result", "reliability/chaos must not import bench/result"},
		{"localstack/server", "ecrmirror/testkit/fault", "localstack/server must not import testkit/fault"},
		{"internal/images", "ecrmirror/localstack/ecr", "internal/images must not import localstack/ecr"},
		{"cmd/mirror", "ecrmirror/localstack/server", "cmd/mirror must not import localstack/server"},
		{"infra/mirrorstack", "ecrmirror/internal/jobs", "infra/mirrorstack must not import internal/jobs"},
		{
			"infra/mirrorstack", "github.com/aws/aws-sdk-go-v2/aws",
			"infra/mirrorstack must not import github.com/aws/aws-sdk-go-v2/aws",
		},
		{
			"infra/preflight/checks", "ecrmirror/infra/mirrorstack",
			"infra/preflight/checks must not import infra/mirrorstack",
		},
		{
			"infra/assembly", "github.com/aws/aws-cdk-go/awscdk/v2",
			"infra/assembly must not import github.com/aws/aws-cdk-go/awscdk/v2",
		},
		{"internal/util", "strings", "internal/util has no place: add it to internal/architecture/architecture.go"},
		{"internal/contract", "strings", ""},
		{"cmd/mirror", "ecrmirror/internal/mirror", ""},
	} {
		var want []string
		if c.want != "" {
			want = []string{c.want}
		}
		got := violations(map[string][]string{module + c.pkg: {c.imported}})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s imports %s (-want +got):\n%s", c.pkg, c.imported, diff)
		}
	}
}

// TestTestsApartAreReallyChecked shows that the tests of stand-ins can't use what they are to test.
func TestTestsApartAreReallyChecked(t *testing.T) {
	got := testViolations(map[string][]string{
		module + "localstack/ecr":    {"testing", module + "internal/ecrtransport"},
		module + "demo":              {module + "internal/contract", module + "localstack/server"},
		module + "internal/jobs":     {module + "internal/contract"},
		module + "reliability/chaos": {module + "internal/contract"},
	})
	want := []string{
		"the tests of demo must not import internal/contract",
		"the tests of localstack/ecr must not import internal/ecrtransport",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
