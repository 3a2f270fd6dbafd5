package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// leakChecks are the packages whose TestMain fails tests that leave goroutines behind.
var leakChecks = []string{module + "testkit/leaks", module + "testkit/dynamodblocal"}

// notLeakChecked are the packages that start goroutines and whose tests may leave some behind, and why.
var notLeakChecked = map[string]string{
	"infra":                           "jsii's process ends with the tests",
	"infra/mirrorstack":               "jsii's process ends with the tests",
	"internal/conformance/containers": "testcontainers keeps connections to Docker",
	"reliability/soak":                "counts the goroutines of its process by itself",
}

// TestGoroutinesEnd: tests of a package that starts goroutines, itself or through what it imports, fail where they
// leave some behind.
func TestGoroutinesEnd(t *testing.T) {
	packages := map[string]listed{}
	for _, p := range list(t) {
		packages[p.ImportPath] = p
	}
	starts := map[string]bool{} // what a package's code does when it is imported and called
	var through func(path string) bool
	through = func(path string) bool {
		p, ours := packages[path]
		if done, ok := starts[path]; ok || !ours || slices.Contains(leakChecks, path) {
			return done
		}
		starts[path] = startsGoroutines(t, path, false) || slices.ContainsFunc(p.Imports, through)
		return starts[path]
	}
	for path, p := range packages {
		name := strings.TrimPrefix(path, module)
		tests := slices.Concat(p.TestImports, p.XTestImports)
		if len(tests) == 0 {
			continue
		}
		needs := startsGoroutines(t, path, true) || through(path) || slices.ContainsFunc(tests, through)
		has := slices.ContainsFunc(leakChecks, func(check string) bool { return slices.Contains(tests, check) })
		switch _, excepted := notLeakChecked[name]; {
		case needs && !has && !excepted:
			t.Errorf(
				"%s starts goroutines, and no test of it finds those that are left behind: see testkit/leaks", name,
			)
		case excepted && (has || !needs):
			t.Errorf("%s needs no exception", name)
		}
	}
}

// startsGoroutines tells whether files of a package start goroutines themselves, its tests or its other files.
func startsGoroutines(t *testing.T, path string, tests bool) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, strings.TrimPrefix(path, module), "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") != tests {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if starting(file) {
			return true
		}
	}
	return false
}

// starting tells whether a file has a go statement, calls a method Go, or imports net/http, whose clients and servers
// have goroutines.
func starting(file *ast.File) bool {
	found := slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool {
		return strings.HasPrefix(strings.Trim(spec.Path.Value, `"`), "net/http")
	})
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = true
		case *ast.CallExpr:
			if method, ok := n.Fun.(*ast.SelectorExpr); ok && method.Sel.Name == "Go" {
				found = true
			}
		}
		return !found
	})
	return found
}

// TestGoroutinesAreReallyFound shows that the test above has teeth.
func TestGoroutinesAreReallyFound(t *testing.T) {
	for src, want := range map[string]bool{
		`package x; func f() { go f() }`:                                          true,
		`package x; import "sync"; func f(g *sync.WaitGroup) { g.Go(func() {}) }`: true,
		`package x; import "net/http/httptest"; var s = httptest.NewServer(nil)`:  true,
		`package x; import "sync"; func f(g *sync.WaitGroup) { g.Wait() }`:        false,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", src, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := starting(file); got != want {
			t.Errorf("%s: %t", src, got)
		}
	}
}
