package docs

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// trees are the project's directories.
const trees = `\.ci|bench|cmd|demo|docs|infra|internal|localstack|release|reliability|sbom|testkit|tools`

var (
	testName   = regexp.MustCompile(`(?:\b([\w/]+)\.)?\b((?:Test|Fuzz)[A-Z]\w+)`)
	testFunc   = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Z]\w+)\(`)
	pathName   = regexp.MustCompile("`((?:" + trees + ")/[\\w./*-]*)`")
	beyond     = regexp.MustCompile(`/\.\.\.$|\.[A-Z].*$`) // all packages below, and a name of a package
	generated  = regexp.MustCompile(`^(bench/\.out|infra/cdk\.out|infra/smoke/testdata/answers)`)
	settingVar = regexp.MustCompile(`"((?:MIRROR|CONTAINER)_[A-Z_]+)"`)
)

// TestNamedTestsExist holds the tests and fuzz targets that documents name to those that there are: alone, or after
// the end of their package's path.
func TestNamedTestsExist(t *testing.T) {
	packages := map[string][]string{} // by name of a test
	for name, text := range files(t, "_test.go") {
		for _, found := range testFunc.FindAllStringSubmatch(text, -1) {
			packages[found[1]] = append(packages[found[1]], "/"+path.Dir(name))
		}
	}
	for name, text := range documents(t) {
		if !strings.Contains(text, "Test") && !strings.Contains(text, "Fuzz") {
			continue
		}
		for _, found := range testName.FindAllStringSubmatch(text, -1) {
			in := func(pkg string) bool { return found[1] == "" || strings.HasSuffix(pkg, "/"+found[1]) }
			if !slices.ContainsFunc(packages[found[2]], in) {
				t.Errorf("%s names %s, and there is no such test", name, found[0])
			}
		}
	}
}

// TestNamedPathsExist does the same for packages, directories and files, by their paths in the project.
func TestNamedPathsExist(t *testing.T) {
	for name, text := range documents(t) {
		for _, found := range pathName.FindAllStringSubmatch(text, -1) {
			if generated.MatchString(found[1]) {
				continue
			}
			place := beyond.ReplaceAllString(found[1], "")
			matches, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(place)))
			if err != nil || len(matches) == 0 {
				t.Errorf("%s names %s, which does not exist", name, found[1])
			}
		}
	}
}

// TestConfigurationHasEveryVariable holds docs/configuration.md to the environment that the programs read.
func TestConfigurationHasEveryVariable(t *testing.T) {
	contract, err := os.ReadFile("../internal/contract/contract.go")
	if err != nil {
		t.Fatal(err)
	}
	variables := settingVar.FindAllStringSubmatch(string(contract), -1)
	if len(variables) < 10 {
		t.Fatalf("internal/contract has %d variables", len(variables))
	}
	text := documents(t)["docs/configuration.md"]
	for _, found := range variables {
		if !strings.Contains(text, "`"+found[1]+"`") {
			t.Errorf("docs/configuration.md does not have %s", found[1])
		}
	}
}
