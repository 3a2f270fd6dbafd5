package mirrorstack_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ecrmirror/testkit/cfnlint"
)

// linted are the variants that cfn-lint and checkov look at: by default those that differ most, because both take
// seconds for each, and every one with ECRMIRROR_VARIANTS=all, as make lint-infra has it.
func linted() []string {
	if os.Getenv("ECRMIRROR_VARIANTS") == "all" {
		return slices.Sorted(maps.Keys(variants))
	}
	return []string{"default", "existing network", "large", "everything"}
}

// TestTemplatesPassCfnLint has the variants linted: no error, no warning, nothing exempted but that zones stand in a
// template that a setting names.
func TestTemplatesPassCfnLint(t *testing.T) {
	tool := needTool(t, "cfn-lint", "cfn-lint")
	dir := t.TempDir()
	regions := map[string]string{"govcloud": "us-gov-west-1", "china": "cn-north-1"}
	byRegion := map[string][]string{}
	for _, variant := range linted() {
		context := variants[variant]
		region := "us-east-1"
		if r, ok := regions[variant]; ok {
			region = r
		}
		if context["availabilityZones"] != nil {
			region += " --ignore-checks W3010" // zones are in the template where a setting names them
		}
		byRegion[region] = append(byRegion[region], lintable(t, writeTemplate(t, dir, variant)))
	}
	for region, files := range byRegion {
		args := append([]string{"--include-checks", "W", "--regions"}, strings.Fields(region)...)
		args = append(append(args, "--template"), files...)
		args = append(args, "--non-zero-exit-code", "error")
		out, err := exec.CommandContext(t.Context(), tool, args...).CombinedOutput()
		if err != nil || len(bytes.TrimSpace(out)) > 0 {
			t.Errorf("cfn-lint of %v in %s: %v\n%s", files, region, err, out)
		}
	}
}

// lintable replaces in the file of a template what cfn-lint does not know, and returns its name.
func lintable(t *testing.T, file string) string {
	t.Helper()
	template, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, cfnlint.Known(template), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestTemplatesPassCheckov has the variants scanned for unsafe settings. What is accepted,
// and why, is in testdata/checkov.json, where nothing may stand that is not needed.
func TestTemplatesPassCheckov(t *testing.T) {
	tool := needTool(t, "checkov", "checkov")
	doc, err := os.ReadFile("testdata/checkov.json")
	if err != nil {
		t.Fatal(err)
	}
	accepted := map[string]map[string]string{} // check → beginning of the resource's id, or "" for any → reason
	if err := json.Unmarshal(doc, &accepted); err != nil {
		t.Fatal(err)
	}
	needed := map[string]bool{}
	dir := t.TempDir()
	for _, variant := range linted() {
		writeTemplate(t, dir, variant)
	}
	for _, f := range scan(t, tool, dir) {
		_, id, _ := strings.Cut(f.Resource, ".")
		found := false
		for prefix := range accepted[f.CheckID] {
			if strings.HasPrefix(id, prefix) {
				found, needed[f.CheckID+prefix] = true, true
			}
		}
		if !found {
			t.Errorf("%s: %s (%s): %s", filepath.Base(f.File), f.Resource, f.CheckID, f.CheckName)
		}
	}
	for check, prefixes := range accepted {
		for prefix, reason := range prefixes {
			if !needed[check+prefix] || reason == "" {
				t.Errorf("the exception %s for %q is not needed, or has no reason", check, prefix)
			}
		}
	}
}

type finding struct {
	CheckID   string `json:"check_id"`
	CheckName string `json:"check_name"`
	Resource  string `json:"resource"`
	File      string `json:"file_path"`
}

func scan(t *testing.T, tool, dir string) []finding {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), tool, "--directory", dir, "--framework", "cloudformation",
		"--output", "json", "--quiet", "--soft-fail", "--skip-download")
	cmd.Env = append(os.Environ(), "LOG_LEVEL=ERROR")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("checkov: %v\n%s", err, out)
	}
	var report struct {
		Results struct {
			Failed  []finding `json:"failed_checks"`
			Errors  []string  `json:"parsing_errors"`
			Skipped []finding `json:"skipped_checks"`
		} `json:"results"`
		Summary struct{ Passed int }
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if report.Summary.Passed == 0 || len(report.Results.Errors) > 0 {
		t.Fatalf("checkov checked nothing, or could not read the templates: %s", out)
	}
	return report.Results.Failed
}

func writeTemplate(t *testing.T, dir, variant string) string {
	t.Helper()
	doc, err := json.MarshalIndent(document(t, variant), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, strings.ReplaceAll(variant, " ", "-")+".template.json")
	if err := os.WriteFile(file, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// needTool returns the path of a program of a tool that make infra-tools installs. Without it the test is
// skipped, but not in CI.
func needTool(t *testing.T, name, program string) string {
	t.Helper()
	needNode(t)
	found, err := filepath.Glob("../../.tools/" + name + "-[0-9]*/bin/" + program)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case len(found) == 1:
		path, err := filepath.Abs(found[0])
		if err != nil {
			t.Fatal(err)
		}
		return path
	case len(found) > 1:
		t.Fatalf("several versions of %s, remove the old ones: %v", name, found)
	case required():
		t.Fatalf("%s is not installed: make infra-tools", name)
	}
	t.Skipf("%s is not installed: make infra-tools", name)
	return ""
}

// required says whether a test may not be skipped for want of a tool.
func required() bool { return os.Getenv("CI") != "" || os.Getenv("ECRMIRROR_REQUIRE_NODE") != "" }
