package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ecrmirror/infra/assembly"
)

func TestArgumentsOfADeployment(t *testing.T) {
	small, large := `{"Resources":{}}`, `{"Resources":{}}`+strings.Repeat(" ", assembly.TemplateLimit+1-16)
	for _, c := range []struct{ name, environment, template, bucket, want string }{
		{"anywhere", "aws://unknown-account/unknown-region", small, "", "--capabilities CAPABILITY_IAM"},
		{"a region", "aws://unknown-account/eu-west-1", small, "", "--capabilities CAPABILITY_IAM --region eu-west-1"},
		{
			"as large as may be", "aws://unknown-account/unknown-region", large[:assembly.TemplateLimit], "",
			"--capabilities CAPABILITY_IAM",
		},
		{
			"by a bucket", "aws://unknown-account/unknown-region", large, "mine",
			"--capabilities CAPABILITY_IAM --s3-bucket mine",
		},
		{
			"too large", "aws://unknown-account/unknown-region", large, "",
			"!has 51201 bytes, and CloudFormation takes 51200 in a request: name an S3 bucket",
		},
		{
			"an image that CDK builds", "aws://unknown-account/unknown-region", small, "mine",
			"!use make deploy, or name an image",
		},
	} {
		dir := t.TempDir()
		manifest := `{"artifacts":{"Mirror":{"type":"aws:cloudformation:stack","environment":"` + c.environment +
			`","properties":{"stackName":"mine","templateFile":"Mirror.template.json"}},` +
			`"Mirror.assets":{"type":"cdk:asset-manifest","properties":{"file":"assets.json"}}}}`
		assets := `{"dockerImages":{}}`
		if strings.Contains(c.name, "CDK builds") {
			assets = `{"dockerImages":{"1":{}}}`
		}
		for file, text := range map[string]string{
			"manifest.json": manifest, "Mirror.template.json": c.template,
			"assets.json": assets,
		} {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		args, err := arguments(dir, c.bucket)
		if message, fails := strings.CutPrefix(c.want, "!"); fails {
			if err == nil || !strings.Contains(err.Error(), message) {
				t.Errorf("%s: %v, want %q", c.name, err, message)
			}
			continue
		}
		want := append([]string{
			"cloudformation", "deploy", "--template-file", filepath.Join(dir, "Mirror.template.json"), "--stack-name",
			"mine",
		}, strings.Fields(c.want)...)
		if err != nil || !slices.Equal(args, want) {
			t.Errorf("%s: %v\ngot  %q\nwant %q", c.name, err, args, want)
		}
	}
}

func TestNothingSynthesizedIsSaid(t *testing.T) {
	if _, err := arguments(t.TempDir(), ""); err == nil || !strings.Contains(err.Error(), "make synth writes it") {
		t.Error(err)
	}
}
