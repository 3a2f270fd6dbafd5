package architecture

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/packages.md anew")

const (
	document = root + "/docs/packages.md"
	begin    = "<!-- the packages: go test ./internal/architecture -update -->\n"
)

// TestPackagesDocument holds docs/packages.md to the packages that there are, their comments and the table of layers.
func TestPackagesDocument(t *testing.T) {
	synopses := map[string]string{}
	for _, p := range list(t) {
		synopses[strings.TrimPrefix(p.ImportPath, module)] = p.Doc
	}
	want, err := tables(synopses)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	head, got, found := strings.Cut(string(doc), begin)
	if !found {
		t.Fatalf("%s has no line %s", document, begin)
	}
	if *update {
		if err := os.WriteFile(document, []byte(head+begin+want), 0o644); err != nil { //nolint:gosec // a document
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(got, want); diff != "" {
		const behind = "docs/packages.md is behind the packages; run go test ./internal/architecture -update"
		t.Errorf("%s (-document +packages):\n%s", behind, diff)
	}
}

// TestPackagesAreListedOnce keeps a second list of packages out of docs/architecture.md.
func TestPackagesAreListedOnce(t *testing.T) {
	doc, err := os.ReadFile(root + "/docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(doc), "| `internal/") {
		t.Error("docs/architecture.md has a table of packages: docs/packages.md is the one, and is made by this test")
	}
}

// TestTables shows what of a package is in the document, and what no document can be made of.
func TestTables(t *testing.T) {
	for _, c := range []struct {
		name, pkg, synopsis, want, err string
	}{
		{
			"a package", "internal/allow", "Package allow holds a|b.",
			"| `internal/allow` | holds a\\|b | `imagename` |\n", "",
		},
		{"a command", "cmd/mirror", "Command mirror copies.", "| `cmd/mirror` | copies | `internal/...` |\n", ""},
		{"no comment", "internal/allow", "", "", `the comment of package internal/allow begins ""`},
		{"another's comment", "internal/allow", "Package other is.", "", `internal/allow begins "Package other is."`},
		{"an unknown place", "elsewhere/x", "Package x is.", "", "1 of 1 packages are in no section"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := tables(map[string]string{c.pkg: c.synopsis})
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("error %v, want %q", err, c.err)
				}
				return
			}
			if err != nil || !strings.Contains(got, c.want) {
				t.Errorf("%v; got:\n%s", err, got)
			}
		})
	}
}
