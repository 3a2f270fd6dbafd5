package trust_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ecrmirror/internal/verify/trust"
	"ecrmirror/testkit/leaks"
	"ecrmirror/testkit/sigstoretest"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// TestShipped: the root that is shipped has what signatures of Sigstore's public instance need, old and new.
func TestShipped(t *testing.T) {
	byDefault := func() (*trust.Root, error) { return trust.Load("") }
	for _, load := range []func() (*trust.Root, error){trust.Shipped, byDefault} {
		root, err := load()
		if err != nil {
			t.Fatal(err)
		}
		m := root.Materials()
		if len(m) != 1 || len(m[0].FulcioCertificateAuthorities()) != 2 || len(m[0].RekorLogs()) != 2 ||
			len(m[0].CTLogs()) != 2 || len(m[0].TimestampingAuthorities()) != 1 {
			t.Errorf("%+v", m)
		}
	}
}

func TestParse(t *testing.T) {
	store, err := sigstoretest.New()
	if err != nil {
		t.Fatal(err)
	}
	withLog, err := store.Root(true)
	if err != nil {
		t.Fatal(err)
	}
	without, err := store.Root(false)
	if err != nil {
		t.Fatal(err)
	}
	one := string(withLog)
	for _, c := range []struct {
		name, text string
		want       int    // roots
		wrong      string // in the error
	}{
		{"one", one, 1, ""},
		{"two, a line each", one + "\n" + string(without) + "\n", 2, ""},
		{"none", " \n", 0, "is empty"},
		{"no JSON", "-----BEGIN", 0, "invalid character"},
		{"another document", `{"mediaType":"x"}`, 0, "not a trusted_root.json"},
		{"of nothing", `{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}`, 0, "has no authority"},
		{"one and a half", one + one[:100], 0, "unexpected EOF"},
		{"many", strings.Repeat(one+"\n", 9), 0, "more than 8 roots"},
		{"large", strings.Repeat(" ", 1<<20+1), 0, "more than 1048576 bytes"},
	} {
		root, err := trust.Parse(c.name, []byte(c.text))
		if (err == nil) != (c.wrong == "") || err == nil && len(root.Materials()) != c.want ||
			err != nil && (!strings.Contains(err.Error(), c.wrong) || !strings.Contains(err.Error(), c.name)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestLoad(t *testing.T) {
	store, err := sigstoretest.New()
	if err != nil {
		t.Fatal(err)
	}
	document, err := store.Root(true)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "root.json")
	if err := os.WriteFile(file, document, 0o600); err != nil {
		t.Fatal(err)
	}
	root, err := trust.Load(file)
	if err != nil || root.String() != file {
		t.Errorf("%v, %v", root, err)
	}
	if _, err := trust.Load(file + "x"); err == nil || !strings.Contains(err.Error(), "root.jsonx: no such file") {
		t.Error(err)
	}
}

// FuzzParse: no document that is no root becomes one, or ends the program.
func FuzzParse(f *testing.F) {
	shipped, err := os.ReadFile("public-good.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(shipped)
	f.Add([]byte(`{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		root, err := trust.Parse("fuzz", document)
		if err != nil {
			return
		}
		for _, m := range root.Materials() {
			if len(m.FulcioCertificateAuthorities()) == 0 || len(m.RekorLogs())+len(m.TimestampingAuthorities()) == 0 {
				t.Error("a root that can't vouch for anybody")
			}
		}
	})
}
