package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// assemblyOf writes an assembly with a stack of a name, whose image is built or is there.
func assemblyOf(t *testing.T, name string, builds bool, template any) string {
	t.Helper()
	dir := t.TempDir()
	images := map[string]any{}
	if builds {
		images["x"] = map[string]any{}
	}
	for file, value := range map[string]any{
		"t.json": template, "assets.json": map[string]any{"dockerImages": images},
		"manifest.json": map[string]any{"artifacts": map[string]any{
			"assets": map[string]any{"type": "cdk:asset-manifest", "properties": map[string]any{"file": "assets.json"}},
			"Mirror": map[string]any{
				"type":       "aws:cloudformation:stack",
				"properties": map[string]any{"templateFile": "t.json", "stackName": name},
			},
		}},
	} {
		doc, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, file), doc, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestNothingIsMadeUnasked has the program refuse before it calls AWS.
func TestNothingIsMadeUnasked(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1") // nobody: a call would fail
	good := assemblyOf(t, "ecrmirror-smoke-a1b2c3", false, map[string]any{})
	for _, c := range []struct {
		name    string
		args    []string
		consent string
		code    int
		says    string
	}{
		{"help", []string{"-h"}, "", 0, "about 20 minutes and a dollar"},
		{"no consent", []string{"-assembly", good}, "", 2, "say SMOKE=yes"},
		{"another consent", []string{"-assembly", good}, "true", 2, "say SMOKE=yes"},
		{"an unknown flag", []string{"-force"}, "yes", 2, "-force; run it with -h for help"},
		{"an argument", []string{"now"}, "yes", 2, `unexpected argument "now"`},
		{"no template", []string{"-assembly", t.TempDir()}, "yes", 2, "make synth writes it"},
		{
			"a stack that is in use",
			[]string{"-assembly", assemblyOf(t, "ecrmirror", false, map[string]any{})},
			"yes", 2,
			`the stack is called "ecrmirror", and only ecrmirror-smoke-XXXXXX is thrown away`,
		},
		{
			"an image that is to be built",
			[]string{"-assembly", assemblyOf(t, "ecrmirror-smoke-a1b2c3", true, map[string]any{})},
			"yes", 2,
			"no image is given: make smoke SMOKE=yes IMAGE=",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, problems strings.Builder
			if code := run(t.Context(), c.args, c.consent, &out, &problems); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			if text := out.String() + problems.String(); !strings.Contains(text, c.says) {
				t.Errorf("no %q in %q", c.says, text)
			}
		})
	}
}

func TestWithoutCredentials(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "",
		"AWS_SECRET_ACCESS_KEY": "", "AWS_PROFILE": "",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		t.Setenv(name, value)
	}
	var out, problems strings.Builder
	code := run(context.Background(), []string{
		"-assembly", assemblyOf(t, "ecrmirror-smoke-a1b2c3", false, map[string]any{}),
	}, "yes", &out, &problems)
	if code != 1 || !strings.Contains(problems.String(),
		"asking whose the credentials are (make preflight says more)") || out.Len() > 0 {
		t.Errorf("exit code %d: %s%s", code, out.String(), problems.String())
	}
}
