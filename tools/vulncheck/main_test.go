package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ecrmirror/tools/vulncheck/database"
	"ecrmirror/tools/vulncheck/finding"
)

func TestWhatIsPinnedAndAcceptedCanBeRead(t *testing.T) {
	if _, err := database.ReadPin("database.json"); err != nil {
		t.Error(err)
	}
	if _, err := finding.ReadExceptions("accepted.json"); err != nil {
		t.Error(err)
	}
}

// TestEverySystemIsScanned has a script note how it is called, in govulncheck's place.
func TestEverySystemIsScanned(t *testing.T) {
	dir := t.TempDir()
	scanner := filepath.Join(dir, "scanner")
	script := `#!/bin/sh
echo "$GOOS $*" >>'` + dir + `/calls'
echo '{"config": {"scan_level": "symbol"}} {"osv": {"id": "GO-1", "summary": "A summary"}}'
[ "$GOOS" != windows ] || echo '{"finding": {"osv": "GO-1", "fixed_version": "v2", "trace": [{"module": "stdlib", "version": "v1", "function": "Serve"}]}}'
`
	if err := os.WriteFile(scanner, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOOS", "")
	var out bytes.Buffer
	found, err := scanAll(t.Context(), scanner, "/a database", &out)
	if err != nil {
		t.Fatal(err)
	}
	calls, err := os.ReadFile(filepath.Join(dir, "calls"))
	if err != nil {
		t.Fatal(err)
	}
	const ours = "-format json -db file:///a%20database -tags containers_image_openpgp"
	want := " " + ours + " -test ./...\n" +
		"linux " + ours + ",lambda.norpc,grpcnotrace ./cmd/...\ndarwin " + ours + ",lambda.norpc,grpcnotrace ./cmd/...\nwindows " + ours +
		",lambda.norpc,grpcnotrace ./cmd/...\n"
	if string(calls) != want {
		t.Errorf("called:\n%swant:\n%s", calls, want)
	}
	err = report(finding.Judge(found, []finding.Exception{{ID: "GO-2", Module: "m", Reason: "r"}}),
		"accepted.json", &out)
	if err == nil || !strings.HasPrefix(err.Error(),
		"vulnerabilities that are called and not accepted: 1; exceptions that are not needed: 1. ") {
		t.Error(err)
	}
	for _, line := range []string{
		"the programs for darwin: 0 called, 0 in modules that are only required\n",
		"the programs for windows: 1 called, 0 in modules that are only required\n",
		"GO-1 called: stdlib v1, fixed in v2: A summary\n",
		"GO-2 in m is accepted in accepted.json, but nothing calls it: remove it there\n",
	} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("%q is not in\n%s", line, out.String())
		}
	}
	if err := os.WriteFile(scanner, []byte("#!/bin/sh\necho no such package >&2\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := scanAll(t.Context(), scanner, "/", &out); err == nil || !strings.HasSuffix(err.Error(),
		": no such package") {
		t.Errorf("a scan that fails: %v", err)
	}
}
