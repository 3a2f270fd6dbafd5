package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A plan is what is to be deployed: the default template, changed by a case.
type plan struct {
	Resources map[string]*resource
	Outputs   map[string]any
}

type resource struct {
	Type       string
	Properties map[string]any
}

const image = number + ".dkr.ecr.us-east-1.amazonaws.com/ecrmirror:1.0.0"

// defaults returns the default template, of an image that is there.
func defaults(t *testing.T) *plan {
	t.Helper()
	doc, err := os.ReadFile("../mirrorstack/testdata/default.template.json")
	if err != nil {
		t.Fatal(err)
	}
	p := &plan{}
	if err := json.Unmarshal(doc, p); err != nil {
		t.Fatal(err)
	}
	return p
}

// of returns the properties of the resource whose logical id begins so.
func (p *plan) of(t *testing.T, begins string) map[string]any {
	t.Helper()
	for id, r := range p.Resources {
		if regexp.MustCompile(`^` + begins + `[0-9A-F]{0,8}$`).MatchString(id) {
			return r.Properties
		}
	}
	t.Fatalf("the template has no %s", begins)
	return nil
}

func (p *plan) ofType(kind string) (list []map[string]any) {
	for _, r := range p.Resources {
		if r.Type == kind {
			list = append(list, r.Properties)
		}
	}
	return list
}

// named has everything run an image that is there already.
func (p *plan) named(name string) {
	for _, properties := range p.ofType("AWS::Batch::JobDefinition") {
		properties["ContainerProperties"].(map[string]any)["Image"] = name
	}
	for _, properties := range p.ofType("AWS::Lambda::Function") {
		properties["Code"].(map[string]any)["ImageUri"] = name
	}
}

func (p *plan) remove(kind string) {
	for id, r := range p.Resources {
		if r.Type == kind {
			delete(p.Resources, id)
		}
	}
}

// existing has the stack use subnets that are there already.
func (p *plan) existing(public bool) {
	for _, properties := range p.ofType("AWS::Batch::ComputeEnvironment") {
		properties["ComputeResources"].(map[string]any)["Subnets"] = []any{"subnet-1"}
	}
	address := "DISABLED"
	if public {
		address = "ENABLED"
	}
	for _, properties := range p.ofType("AWS::Batch::JobDefinition") {
		properties["ContainerProperties"].(map[string]any)["NetworkConfiguration"] = map[string]any{
			"AssignPublicIp": address,
		}
	}
	p.remove("AWS::EC2::Subnet")
}

// write writes the plan as CDK would.
func (p *plan) write(t *testing.T, builds bool) string {
	t.Helper()
	dir := t.TempDir()
	images := map[string]any{}
	if builds {
		images["x"] = map[string]any{}
	}
	for name, value := range map[string]any{
		"template.json": p, "assets.json": map[string]any{"dockerImages": images},
		"manifest.json": map[string]any{"artifacts": map[string]any{
			"assets": map[string]any{"type": "cdk:asset-manifest", "properties": map[string]any{"file": "assets.json"}},
			"Mirror": map[string]any{
				"type":        "aws:cloudformation:stack",
				"environment": "aws://unknown-account/unknown-region", "properties": map[string]any{
					"templateFile": "template.json", "stackName": "ecrmirror",
					"requiresBootstrapStackVersion":     6,
					"bootstrapStackVersionSsmParameter": "/cdk-bootstrap/hnb659fds/version",
				},
			},
		}},
	} {
		doc, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), doc, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// preflight runs the program as somebody with an account's credentials would.
func preflight(t *testing.T, a *account, p *plan, builds bool) (code int, report string) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": a.start(), "AWS_ACCESS_KEY_ID": number, "AWS_SECRET_ACCESS_KEY": "secret",
		"AWS_REGION":                "us-east-1",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
		"AWS_PROFILE": "", "AWS_SESSION_TOKEN": "",
	} {
		t.Setenv(name, value)
	}
	var out, problems strings.Builder
	code = run(t.Context(), []string{"-assembly", p.write(t, builds)}, &out, &problems)
	if problems.Len() > 0 {
		t.Errorf("wrote to stderr: %s", problems.String())
	}
	return code, out.String()
}

// TestAnAccountInOrder shows the report of an account where there is nothing to do.
func TestAnAccountInOrder(t *testing.T) {
	for _, c := range []struct {
		name   string
		builds bool
	}{{"image is built", true}, {"image is there", false}} {
		t.Run(c.name, func(t *testing.T) {
			p := defaults(t)
			p.named(image)
			code, report := preflight(t, &account{t: t}, p, c.builds)
			if code != 0 || strings.Contains(report, "FIX") || strings.Contains(report, "?  ") {
				t.Errorf("exit code %d:\n%s", code, report)
			}
			if !strings.HasSuffix(report, "\nNothing to fix: the deployment can go ahead.\n") {
				t.Errorf("ends otherwise:\n%s", report)
			}
		})
	}
}
