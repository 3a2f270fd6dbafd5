package settings

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/spf13/pflag"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/program"
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
		Value: aws.String(`{"auths":{"a.io":{"username":"parameter","password":"x"},"b.io":{"username":"parameter",` +
			`"password":"x"}}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"first":  `{"auths":{"b.io":{"username":"first","password":"x"}}}`,
		"second": `{"username":"second","password":"x"}`,
	} {
		if _, err := secretsmanager.NewFromConfig(cfg).CreateSecret(t.Context(),
			&secretsmanager.CreateSecretInput{Name: &name, SecretString: &value}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		flags Registries
		want  map[string]string // user by host
	}{
		{Registries{authParameter: "/logins"}, map[string]string{"a.io": "parameter", "b.io": "parameter", "c.io": ""}},
		{Registries{authSecrets: []string{"first", "c.io=second"}}, map[string]string{
			"a.io": "", "b.io": "first",
			"c.io": "second",
		}},
		{
			Registries{authParameter: "/logins", authSecrets: []string{"first"}},
			map[string]string{"a.io": "parameter", "b.io": "first", "c.io": ""},
		},
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
	if logins, err := (&Registries{}).logins(t.Context(), cfg); logins != nil || err != nil {
		t.Errorf("no flags: %v, %v", logins, err)
	}
	for _, flags := range []Registries{{authSecrets: []string{"none"}}, {authParameter: "/none"}} {
		if _, err := flags.Open(t.Context(), cfg, nil, nil); program.ExitCode(err) != 1 {
			t.Errorf("%+v: %v", flags, err)
		}
	}
}

func TestRolesComeFromTheFlagOrTheEnvironment(t *testing.T) {
	one, two := "111122223333=arn:aws:iam::111122223333:role/mirror,er", "444455556666=arn:aws:iam::444455556666:role/mirror#an,id"
	for _, c := range []struct {
		args []string
		env  string
		want []string
	}{
		{nil, "", nil},
		{nil, " , ", nil},
		{nil, one, []string{one}},
		{nil, one + ",\n " + two + ",", []string{one, two}},
		{nil, "nonsense," + one, []string{"nonsense", one}},
		{[]string{"--assume-role", two, "--assume-role=" + one}, "nonsense", []string{two, one}},
	} {
		var f Registries
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		f.Add(flags, func(name string) string { return map[string]string{contract.EnvAssumeRoles: c.env}[name] })
		if err := flags.Parse(c.args); err != nil {
			t.Fatal(err)
		}
		if got := f.roleSpecs(); !slices.Equal(got, c.want) {
			t.Errorf("%q, %q: %q, want %q", c.args, c.env, got, c.want)
		}
		if strings.Contains(flags.FlagUsages(), "an,id") {
			t.Error("the help shows an external id")
		}
	}
}

func TestAWrongConfigurationIsWrongUsage(t *testing.T) {
	for _, c := range []struct {
		flags Registries
		want  string
	}{
		{
			Registries{insecure: []string{"r.io:5000", "http://r.io"}},
			`insecure registry "http://r.io" is not HOST or HOST:PORT`,
		},
		{Registries{authParameter: "/logins"}, "no AWS region: set AWS_REGION"},
		{Registries{authSecrets: []string{"logins"}}, "no AWS region: set AWS_REGION"},
		{
			Registries{roles: []string{"1=arn#hidden"}},
			`role "1=arn" is not ACCOUNT=ARN, as in 123456789012=arn:aws:iam::123456789012:role/mirror (with an ` +
				`external id: ACCOUNT=ARN#ID)`,
		},
		{
			Registries{template: templateFlag{document: "{"}},
			"repository template MIRROR_REPOSITORY_TEMPLATE: not valid JSON: unexpected EOF",
		},
		{
			Registries{template: templateFlag{file: "/none", document: "{}"}},
			"repository template: open /none: no such file or directory",
		},
	} {
		_, err := c.flags.Open(t.Context(), aws.Config{}, nil, nil)
		if err == nil || err.Error() != c.want || program.ExitCode(err) != contract.ExitUsage {
			t.Errorf("%v, exit code %d, want %s", err, program.ExitCode(err), c.want)
		}
	}
}
