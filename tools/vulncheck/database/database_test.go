package database

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/dirhash"
)

const version = "v0.0.0-20261105234957-e22db6528018"

const osv = `{"id": "GO-2026-0001", "modified": "0001-01-01T00:00:00Z", "affected": [
	{"package": {"name": "stdlib", "ecosystem": "Go"}}, {"package": {"name": "example.org/b", "ecosystem": "Go"}},
	{"package": {"name": "example.org/b", "ecosystem": "Go"}}]}`

// TestTheDatabaseComesFromTheProxy has the go command take the module from a proxy that is a directory.
func TestTheDatabaseComesFromTheProxy(t *testing.T) {
	sum := proxy(t, map[string]string{
		"data/osv/GO-2026-0001.json": osv, "data/osv/README.md": "x", "data/reports/GO-2026-0001.yaml": "x",
		"internal/data/GO-2026-0002.json": "x",
	})
	latest, err := Get(t.Context(), "latest")
	if err != nil {
		t.Fatal(err)
	}
	if want := (Pin{version, sum}); latest.Pin != want {
		t.Errorf("latest %+v, want %+v", latest.Pin, want)
	}
	pinned, err := GetPinned(t.Context(), latest.Pin)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if entries, err := pinned.Write(dir); err != nil || entries != 1 {
		t.Errorf("%d entries, %v", entries, err)
	}
	for name, want := range map[string]string{
		"index/db.json": `{"modified":"2026-11-05T23:49:57Z"}`,
		"index/modules.json": `[{"path":"example.org/b","vulns":[{"id":"GO-2026-0001",` +
			`"modified":"2026-11-05T23:49:57Z"}]},` +
			`{"path":"stdlib","vulns":[{"id":"GO-2026-0001","modified":"2026-11-05T23:49:57Z"}]}]`,
		"ID/GO-2026-0001.json": osv,
	} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	other := Pin{version, "h1:" + strings.Repeat("A", 43) + "="}
	if _, err := GetPinned(t.Context(), other); err == nil || !strings.HasSuffix(err.Error(),
		" has the sum "+sum+", and "+other.Sum+" was pinned") {
		t.Errorf("another content: %v", err)
	}
	if _, err := Get(t.Context(), "v0.0.0-20200101000000-000000000000"); err == nil || !strings.Contains(err.Error(),
		"downloading "+Module+"@v0.0.0-2020") {
		t.Errorf("a version that is not there: %v", err)
	}
}

func TestWhatIsNoDatabaseIsRefused(t *testing.T) {
	for file, want := range map[string]string{
		"data/cve/GO-2026-0001.json": "its layout has changed",
		"data/osv/GO-2026-0002.json": `the entry "GO-2026-0001" is about 3 modules`,
	} {
		proxy(t, map[string]string{file: osv})
		d, err := Get(t.Context(), "latest")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Write(t.TempDir()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestAPinIsHeldToItsForm(t *testing.T) {
	sum := "h1:" + strings.Repeat("A", 43) + "="
	for text, want := range map[string]string{
		`{"version":"` + version + `","sum":"` + sum + `"}`: "",
		`{"version":"v1.2.3","sum":"` + sum +
			`"}`: `version "v1.2.3" of golang.org/x/vulndb is not that of a commit`,
		`{"version":"` + version + `","sum":"sha256:1"}`: `sum "sha256:1" is not one of a go.sum`,
		`{`: "unexpected end of JSON input",
	} {
		path := filepath.Join(t.TempDir(), "pin.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := ReadPin(path)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
		if err != nil {
			continue
		}
		if err := p.Write(path); err != nil {
			t.Fatal(err)
		}
		if again, err := ReadPin(path); err != nil || again != p {
			t.Errorf("written and read: %+v, %v", again, err)
		}
	}
}

// proxy has the go command take modules from a directory, which has the database of some files. It returns its sum.
func proxy(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	at := filepath.Join(dir, "proxy", Module, "@v")
	if err := os.MkdirAll(at, 0o700); err != nil {
		t.Fatal(err)
	}
	files["go.mod"] = "module " + Module + "\n"
	var zipped strings.Builder
	w := zip.NewWriter(&zipped)
	for name, content := range files {
		f, err := w.Create(Module + "@" + version + "/" + name)
		if err == nil {
			_, err = f.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	info, err := json.Marshal(map[string]string{"Version": version, "Time": "2026-11-05T23:49:57Z"})
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		version + ".zip": zipped.String(), version + ".mod": files["go.mod"], version + ".info": string(info),
		"list": version + "\n", "../@latest": string(info),
	} {
		if err := os.WriteFile(filepath.Join(at, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GOPROXY", "file://"+filepath.ToSlash(filepath.Join(dir, "proxy")))
	t.Setenv("GOMODCACHE", filepath.Join(dir, "cache"))
	t.Setenv("GOFLAGS", "-modcacherw")
	t.Setenv("GONOSUMDB", Module)
	sum, err := dirhash.HashZip(filepath.Join(at, version+".zip"), dirhash.Hash1)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}
