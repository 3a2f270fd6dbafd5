package policyfile_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ecrmirror/internal/entryform"
	"ecrmirror/internal/verify/policyfile"
	"ecrmirror/testkit/leaks"
)

func TestMain(m *testing.M) { leaks.Main(m) }

func TestParse(t *testing.T) {
	for _, c := range []struct{ text, want, wrong string }{
		{"key: cosign.pub", `[{"key":["cosign.pub"]}]`, ""},
		{`{"key": ["a.pub", "b.pub"], "tlog": true}`, `[{"key":["a.pub","b.pub"],"tlog":true}]`, ""},
		{
			"- github: org/app\n- github: org/app\n  predicateTypes: [https://slsa.dev/provenance/v1]\n",
			`[{"github":["org/app"],"predicateTypes":["https://slsa.dev/provenance/v1"]},{"github":["org/app"]}]`, "",
		},
		{
			"issuer: https://accounts.google.com\nidentity: a@example.com\n",
			`[{"issuer":"https://accounts.google.com","identity":["a@example.com"]}]`, "",
		},
		{"key: |\n  -----BEGIN PUBLIC KEY-----\n  AAAA\n  -----END PUBLIC KEY-----\n", "", "line 1: verify: key: "},
		{"", "", "is empty"},
		{"null", "", "verify is null"},
		{"cosign.pub", "", "verify is a text; it must be a map such as {key: ...}"},
		{"[]", "", "is empty; it must say who must have signed"},
		{"[[]]", "", "requirement 1 is a list"},
		{strings.Repeat("- key: a.pub\n", 17), "", "line 1: verify has 17 requirements; it may have 16"},
		{"{}", "", "says nobody who must have signed"},
		{"keys: cosign.pub", "", `"keys" is not known (did you mean "key"?)`},
		{"identityRegexp: ^a$", "", `"identityRegexp" is not known`},
		{"key: null", "", "key is null; give it a value, or leave it out"},
		{"key: a.pub\nkey: b.pub", "", "key"},
		{"key: a.pub\ntlog: maybe", "", "line 2: verify: tlog: must be true or false"},
		{"- key: a.pub\n- issuer: x\n", "", "line 2: verify: requirement 2: issuer \"x\" is not the URL"},
		{"key: a.pub\n---\nkey: b.pub\n", "", "a second document"},
		{"key: [", "", "line 1"},
	} {
		got, err := policyfile.Parse([]byte(c.text))
		if (err == nil) != (c.wrong == "") || err == nil && got.String() != c.want ||
			err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%q: %s, %v", c.text, got, err)
		}
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	good := write("good.yaml", "key: cosign.pub")
	if p, err := policyfile.Load(good); err != nil || len(p) != 1 {
		t.Errorf("%s, %v", p, err)
	}
	for file, want := range map[string]string{
		write("wrong.yaml", "x: y"):                          "wrong.yaml: line 1: ",
		write("large.yaml", "# "+strings.Repeat("x", 1<<16)): "more than 65536 bytes",
		filepath.Join(dir, "none.yaml"):                      "none.yaml: no such file",
		write("anchors.yaml", "&a [*a, *a, *a, *a, *a, *a]"): "",
		write("deep.yaml", "key: [[[[[[[[[[[[a]]]]]]]]]]]]"): "element 1 is a list",
	} {
		if p, err := policyfile.Load(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %s, %v", file, p, err)
		}
	}
	write("cosign.pub", "a key")
	write("large.pub", strings.Repeat("x", 1<<15))
	keys := policyfile.Keys(dir)
	if text, err := keys.PublicKey(t.Context(), "cosign.pub"); err != nil || string(text) != "a key" {
		t.Errorf("%q, %v", text, err)
	}
	if text, err := keys.PublicKey(t.Context(), filepath.Join(dir, "cosign.pub")); err != nil || string(text) != "a key" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := keys.PublicKey(t.Context(), "large.pub"); err == nil {
		t.Error("a large key was read")
	}
	if _, err := keys.PublicKey(t.Context(), "none.pub"); !os.IsNotExist(err) {
		t.Error(err, fs.ErrNotExist)
	}
}

// FuzzParse: a policy that is read is sound, and is read again as it is written.
func FuzzParse(f *testing.F) {
	f.Add([]byte("key: cosign.pub"))
	f.Add([]byte("- github: org/app@refs/tags/*\n  workflow: a/b/.github/workflows/c.yml\n- key: [a, b]\n  tlog: true\n"))
	f.Add([]byte(`{"issuer":"https://a","identityPattern":"^a\\.b$","predicateTypes":"https://c"}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		p, err := policyfile.Parse(document)
		if err != nil {
			return
		}
		if problems := p.Problems(); len(problems) > 0 || len(p) == 0 {
			t.Errorf("%s: %v", p, problems)
		}
		text, err := entryform.WriteVerify(p).MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		again, wrong := entryform.ReadVerify("verify", entryform.WriteVerify(p))
		if len(wrong) > 0 || again.String() != p.String() {
			t.Errorf("%s became %s and %s, %v", p, text, again, wrong)
		}
	})
}
