package credentials_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/google/go-cmp/cmp"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/credentials"
	standinsecrets "ecrmirror/localstack/secretsmanager"
	standinssm "ecrmirror/localstack/ssm"
	"ecrmirror/testkit/awstest"
)

const account = "111122223333"

func client(t *testing.T) *secretsmanager.Client {
	t.Helper()
	url := awstest.Serve(t, standinsecrets.New(standinsecrets.Options{Home: account}))
	return secretsmanager.NewFromConfig(awstest.Config(url, account, "us-east-1"))
}

// put creates a secret and returns its ARN.
func put(t *testing.T, c *secretsmanager.Client, name, value string) string {
	t.Helper()
	out, err := c.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: &value})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.ARN)
}

func encoded(login string) string { return base64.StdEncoding.EncodeToString([]byte(login)) }

func TestSecretsHoldLogins(t *testing.T) {
	c := client(t)
	for name, value := range map[string]string{
		"document": `{"auths":{"ghcr.io":{"auth":"` + encoded("robot:of-the-document") +
			`"},"quay.io":{"username":"k8s","password":"p"}}}`,
		"registry": `{"registry":"ghcr.io/team","username":"robot","password":"of-the-team"}`,
		"host":     `{"host":"https://index.docker.io/v1/","username":"hub","password":"p"}`,
		"bare":     `{"username":"ecs","password":"p"}`,
		"cache":    `{"username":"cache","accessToken":"token"}`,
		"token":    `{"registry":"acr.example.com","identitytoken":"refresh"}`,
		"odd=name": `{"registry":"odd.example.com","username":"odd","password":"p"}`,
	} {
		put(t, c, name, value)
	}
	bytes := "bytes"
	if _, err := c.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{
		Name: &bytes, SecretBinary: []byte(`{"registry":"bytes.example.com:5000","username":"b","password":"p"}`),
	}); err != nil {
		t.Fatal(err)
	}
	arn := put(t, c, "by/arn", `{"registry":"arn.example.com","username":"a","password":"p"}`)
	store, err := credentials.FromSecrets(t.Context(), c,
		"document", "registry", "host", "registry.example.com=bare", "docker.io/team=cache", "token", "odd=name",
		"bytes", arn, "ghcr.io=bare")
	if err != nil {
		t.Fatal(err)
	}
	for place, want := range map[string]types.DockerAuthConfig{
		"ghcr.io org/app":            {Username: "robot", Password: "of-the-document"}, // the first secret's
		"ghcr.io team/app":           {Username: "robot", Password: "of-the-team"},
		"quay.io org/app":            {Username: "k8s", Password: "p"},
		"docker.io library/alpine":   {Username: "hub", Password: "p"},
		"docker.io team/app":         {Username: "cache", Password: "token"},
		"registry.example.com x":     {Username: "ecs", Password: "p"},
		"acr.example.com x":          {IdentityToken: "refresh"},
		"odd.example.com x":          {Username: "odd", Password: "p"},
		"bytes.example.com:5000 x":   {Username: "b", Password: "p"},
		"arn.example.com x":          {Username: "a", Password: "p"},
		"elsewhere.example.com x":    {},
		"registry-1.docker.io x":     {Username: "hub", Password: "p"},
		"registry-1.docker.io team":  {Username: "cache", Password: "token"},
		"docker.io team-of-others/x": {Username: "hub", Password: "p"},
	} {
		host, repository, _ := strings.Cut(place, " ")
		got, ok := store.Login(host, repository)
		if diff := cmp.Diff(want, got.DockerAuthConfig); diff != "" || ok != (want != types.DockerAuthConfig{}) {
			t.Errorf("%s: %v (-want +got)\n%s", place, ok, diff)
		}
	}
}

const secret = "hunter2"

// TestNothingSecretIsSaid lets everything go wrong that can, with a secret in it, and
// prints stores in every way.
func TestNothingSecretIsSaid(t *testing.T) {
	c := client(t)
	for name, tc := range map[string]struct{ value, registry, want string }{
		"not-json":    {secret, "", `registry logins in secret "not-json": neither`},
		"broken":      {`{"username":"a","password":` + secret + `}`, "", "invalid JSON"},
		"number":      {`{"username":"` + secret + `","password":1}`, "", "invalid JSON"},
		"other":       {`{"key":"` + secret + `"}`, "", "neither"},
		"null":        {`null`, "", "neither"},
		"no-registry": {`{"username":"a","password":"` + secret + `"}`, "", "for which registry"},
		"bad-registry": {
			`{"registry":"` + secret + `","username":"a","password":"b"}`, "", `not HOST[/NAMESPACE...]`,
		},
		"empty": {`{"username":"","registry":"` + secret + `.example.com"}`, "", "neither"},
		"two-registries": {
			`{"registry":"` + secret + `.example.com","username":"a","password":"b"}`, "ghcr.io", `not for "ghcr.io"`,
		},
		"document": {`{"auths":{}}`, "ghcr.io", `leave out "ghcr.io"`},
		"bad-auth": {
			`{"registry":"ghcr.io","auth":"` + secret + `!"}`, "", `the login for "ghcr.io" is not base64`,
		},
		"no-colon": {
			`{"registry":"ghcr.io","auth":"` + encoded(secret) + `"}`, "", `is not base64 of USER:PASSWORD`,
		},
		"nothing": {
			`{"registry":"ghcr.io","auth":"` + encoded(":") + `"}`, "", `the login for "ghcr.io" has neither`,
		},
	} {
		put(t, c, name, tc.value)
		id := name
		if tc.registry != "" {
			id = tc.registry + "=" + name
		}
		_, err := credentials.FromSecrets(t.Context(), c, id)
		if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
		said(t, err)
	}
	store, err := credentials.FromSecrets(t.Context(), c)
	said(t, store, err)
	put(t, c, "good", `{"registry":"ghcr.io","username":"`+secret+`","password":"`+secret+`","identitytoken":"`+secret+
		`"}`)
	if store, err = credentials.FromSecrets(t.Context(), c, "good"); err != nil {
		t.Fatal(err)
	}
	said(t, store, *store, struct{ Logins *credentials.Store }{store}, struct{ Logins credentials.Store }{*store},
		[]*credentials.Store{store})
	if _, err := credentials.FromSecrets(t.Context(), c, "good", "absent"); err == nil || !strings.Contains(err.Error(),
		`secret "absent"`) {
		t.Errorf("absent: %v", err)
	}
}

// said fails if one of the values tells the secret, in whatever way it is printed.
func said(t *testing.T, values ...any) {
	t.Helper()
	var b strings.Builder
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			fmt.Fprintf(&b, verb+"\n", v)
		}
		if _, isErr := v.(error); !isErr {
			text, err := json.Marshal(v)
			fmt.Fprintln(&b, string(text), err)
		}
		slog.New(slog.NewTextHandler(&b, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "v", v)
	}
	for _, form := range []string{secret, encoded(secret), fmt.Sprintf("%x", secret)} {
		if strings.Contains(b.String(), form) {
			t.Errorf("says the secret:\n%s", &b)
		}
	}
}

func TestTheParameterIsNamedAndNotQuoted(t *testing.T) {
	url := awstest.Serve(t, standinssm.New(standinssm.Options{Home: account}))
	c := ssm.NewFromConfig(awstest.Config(url, account, "us-east-1"))
	for name, value := range map[string]string{
		"/good": `{"auths":{"ghcr.io":{"auth":"` + encoded("robot:"+secret) + `"}}}`, "/bad": secret,
	} {
		if _, err := c.PutParameter(t.Context(), &ssm.PutParameterInput{
			Name: &name, Value: &value,
			Type: ssmtypes.ParameterTypeSecureString,
		}); err != nil {
			t.Fatal(err)
		}
	}
	store, err := credentials.FromParameter(t.Context(), c, "/good")
	if login, _ := store.Login("ghcr.io", "org/app"); err != nil || login.Password != secret {
		t.Errorf("%v", err)
	}
	for _, name := range []string{"/bad", "/absent"} {
		_, err := credentials.FromParameter(t.Context(), c, name)
		if err == nil || !strings.Contains(err.Error(), `SSM parameter "`+name+`"`) {
			t.Errorf("%s: %v", name, err)
		}
		said(t, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := credentials.FromParameter(ended, c, "/good"); err == nil {
		t.Error("no error")
	}
}
