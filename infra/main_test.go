package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMissingNodeIsSaid(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := run(nil, func(string) string { return "" }, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "node is not on the PATH: CDK needs Node.js") {
		t.Errorf("error: %v", err)
	}
}

func TestContextComesFromTheCLIOrTheFileAndArguments(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cdk.json")
	if err := os.WriteFile(file, []byte(`{"app": "go run .", "context": {"schedule": "off", "maxVcpus": 8}}`),
		0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		cli  string
		want map[string]any
	}{
		{"file", nil, "", map[string]any{"schedule": "off", "maxVcpus": 8.0}},
		{
			"arguments win",
			[]string{"-c", "schedule=rate(1 day)", "--context", "spot=false"},
			"",
			map[string]any{"schedule": "rate(1 day)", "maxVcpus": 8.0, "spot": "false"},
		},
		{
			"an equals sign in the value",
			[]string{"-c", "authSecrets=ghcr.io=mirror/ghcr"},
			"",
			map[string]any{"schedule": "off", "maxVcpus": 8.0, "authSecrets": "ghcr.io=mirror/ghcr"},
		},
		{"the CLI has read the file itself", nil, `{"push": "off"}`, map[string]any{"push": "off"}},
	} {
		got, err := readContext(c.args, func(string) string { return c.cli }, file)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestWrongArgumentsAreRefused(t *testing.T) {
	for _, args := range [][]string{{"-c"}, {"-c", "schedule"}, {"schedule=off"}, {"-x", "a=b"}} {
		if _, err := readContext(args, func(string) string { return "" }, "cdk.json"); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
}
