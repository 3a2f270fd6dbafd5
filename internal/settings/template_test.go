package settings

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/pflag"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/images"
)

func TestRepositoryTemplateComesFromTheFlagOrTheEnvironment(t *testing.T) {
	file := filepath.Join(t.TempDir(), "template.json")
	if err := os.WriteFile(file, []byte(`{"imageTagMutability":"IMMUTABLE"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name        string
		args        []string
		environment string
		want        string // the mutability, or "none" where nothing is to be created
	}{
		{"neither", nil, "", "none"},
		{"environment", nil, `{"imageTagMutability":"MUTABLE"}`, "MUTABLE"},
		{"ECR's defaults", nil, `{}`, ""},
		{"flag", []string{"--create-repositories", file}, "", "IMMUTABLE"},
		{
			"template in the flag",
			[]string{"--create-repositories", `{"imageTagMutability":"IMMUTABLE"}`},
			`{"imageTagMutability":"MUTABLE"}`, "IMMUTABLE",
		},
		{"ECR's defaults in the flag", []string{"--create-repositories", "{}"}, "", ""},
		{"both", []string{"--create-repositories", file}, `{"imageTagMutability":"MUTABLE"}`, "IMMUTABLE"},
	} {
		var f Registries
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		f.AddCreation(flags, func(name string) string {
			return map[string]string{contract.EnvRepositoryTemplate: c.environment}[name]
		})
		if err := flags.Parse(c.args); err != nil {
			t.Fatal(err)
		}
		var opts images.Options
		if err := f.template.apply(&opts); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		got := "none"
		if opts.CreateRepositories != nil {
			got = string(opts.CreateRepositories.ImageTagMutability)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
