package architecture

import (
	"bufio"
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const root = "../.."

// TestImports holds the module's packages to the design's direction.
func TestImports(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "list", "-tags=containers_image_openpgp",
		"-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...")
	cmd.Dir = root
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	imports := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		imports[fields[0]] = fields[1:]
	}
	for _, v := range violations(imports) {
		t.Error(v)
	}
}

// TestImportsAreReallyChecked shows that each rule of the design has teeth.
func TestImportsAreReallyChecked(t *testing.T) {
	for _, c := range []struct{ pkg, imported, want string }{
		{"internal/controller", "ecrmirror/internal/mirror", "internal/controller must not import internal/mirror"},
		{"internal/mirror", "ecrmirror/internal/controller", "internal/mirror must not import internal/controller"},
		{"internal/mirror", "github.com/aws/aws-sdk-go-v2/service/ecr", "internal/mirror must not import github.com/aws/aws-sdk-go-v2/service/ecr"},
		{"internal/contract", "ecrmirror/internal/imagename", "internal/contract must not import internal/imagename"},
		{"internal/chunked", "ecrmirror/internal/ecrtransport", "internal/chunked must not import internal/ecrtransport"},
		{"internal/ecrtransport", "ecrmirror/internal/images", "internal/ecrtransport must not import internal/images"},
		{"localstack/ecr", "ecrmirror/internal/imagename", "localstack/ecr must not import internal/imagename"},
		{"internal/images", "ecrmirror/localstack/ecr", "internal/images must not import localstack/ecr"},
		{"cmd/mirror", "ecrmirror/localstack/server", "cmd/mirror must not import localstack/server"},
		{"infra/mirrorstack", "ecrmirror/internal/jobs", "infra/mirrorstack must not import internal/jobs"},
		{"infra/preflight/checks", "ecrmirror/infra/mirrorstack", "infra/preflight/checks must not import infra/mirrorstack"},
		{"infra/assembly", "github.com/aws/aws-cdk-go/awscdk/v2", "infra/assembly must not import github.com/aws/aws-cdk-go/awscdk/v2"},
		{"internal/util", "strings", "internal/util has no place: add it to internal/architecture and docs/architecture.md"},
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

// TestFiles holds files to what a newcomer can take in: 500 lines at most, no init.
func TestFiles(t *testing.T) {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		checkFile(t, path, src)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkFile(t *testing.T, path string, src []byte) {
	t.Helper()
	lines := 0
	for scanner := bufio.NewScanner(bytes.NewReader(src)); scanner.Scan(); {
		lines++
	}
	if lines > 500 {
		t.Errorf("%s has %d lines: split it", path, lines)
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, src, parser.SkipObjectResolution)
	if err != nil {
		t.Error(err)
		return
	}
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			t.Errorf("%s has an init function", path)
		}
	}
}
