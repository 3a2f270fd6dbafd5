package program

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"ecrmirror/localstack/server"
)

func TestLoginsOfSecretsComeBeforeThoseOfTheParameter(t *testing.T) {
	standIn, err := server.Start(t.Context(), server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = standIn.Close() }()
	cfg := standIn.Config()
	_, err = ssm.NewFromConfig(cfg).PutParameter(t.Context(), &ssm.PutParameterInput{
		Name: aws.String("/logins"), Type: types.ParameterTypeSecureString,
		Value: aws.String(`{"auths":{"a.io":{"username":"parameter","password":"x"},"b.io":{"username":"parameter","password":"x"}}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"first":  `{"auths":{"b.io":{"username":"first","password":"x"}}}`,
		"second": `{"username":"second","password":"x"}`,
	} {
		if _, err := secretsmanager.NewFromConfig(cfg).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: &value}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		flags RegistryFlags
		want  map[string]string // user by host
	}{
		{RegistryFlags{authParameter: "/logins"}, map[string]string{"a.io": "parameter", "b.io": "parameter", "c.io": ""}},
		{RegistryFlags{authSecrets: []string{"first", "c.io=second"}}, map[string]string{"a.io": "", "b.io": "first", "c.io": "second"}},
		{RegistryFlags{authParameter: "/logins", authSecrets: []string{"first"}}, map[string]string{"a.io": "parameter", "b.io": "first", "c.io": ""}},
	} {
		logins, err := c.flags.logins(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		for host, want := range c.want {
			if login, _ := logins.Login(host, "app"); login.Username != want {
				t.Errorf("%+v: %s is logged in to by %q, want %q", c.flags, host, login.Username, want)
			}
		}
	}
	if logins, err := (&RegistryFlags{}).logins(t.Context(), cfg); logins != nil || err != nil {
		t.Errorf("no flags: %v, %v", logins, err)
	}
	for _, flags := range []RegistryFlags{{authSecrets: []string{"none"}}, {authParameter: "/none"}} {
		if _, err := flags.Open(t.Context(), cfg, nil, nil); ExitCode(err) != 1 {
			t.Errorf("%+v: %v", flags, err)
		}
	}
}
