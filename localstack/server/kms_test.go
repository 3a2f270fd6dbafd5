package server_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awskms "github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"ecrmirror/localstack/identity"
	"ecrmirror/localstack/server"
)

// TestKeysAreUsedByWhoMay signs by all names of the key, as roles that may sign with it, with another one, and with
// keys of its alias.
func TestKeysAreUsedByWhoMay(t *testing.T) {
	s := start(t, server.Options{})
	const (
		here   = "arn:aws:kms:us-east-1:111122223333:"
		key    = here + "key/" + server.ReceiptKeyID
		denied = "because no identity-based policy allows the kms:Sign action"
	)
	statement := func(resource, condition string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:Sign","Resource":"` + resource + `"` +
			condition + `}]}`
	}
	alias := func(name string) string {
		return `,"Condition":{"ForAnyValue:StringEquals":{"kms:ResourceAliases":"` + name + `"}}`
	}
	for _, c := range []struct{ name, policy, use, want string }{
		{"its ARN", statement(key, ""), key, ""},
		{"its id", statement(key, ""), server.ReceiptKeyID, ""},
		{"its alias", statement(key, ""), server.ReceiptAlias, ""},
		{"the ARN of its alias", statement(key, ""), here + server.ReceiptAlias, ""},
		{"by alias", statement(here+"key/*", alias(server.ReceiptAlias)), key, ""},
		{"by another alias", statement(here+"key/*", alias("alias/other")), key, denied},
		{"the alias is no key", statement(here+server.ReceiptAlias, ""), server.ReceiptAlias, denied},
		{"another key", statement(here+"key/00000000-0000-4000-8000-000000000000", ""), key, denied},
		{
			"a key of another account", statement("*", ""), strings.Replace(key, "111122223333", "444455556666", 1),
			"because no resource-based policy allows the kms:Sign action",
		},
		{"no such alias", statement("*", ""), "alias/other", "is not found."},
	} {
		t.Run(c.name, func(t *testing.T) {
			role := identity.Role{
				ARN: "arn:aws:iam::111122223333:role/ecrmirror-Signer",
				Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",` +
					`"Principal":{"Service":"sso.amazonaws.com"}}]}`,
				Policies: map[string]string{"P": c.policy},
			}
			if err := s.Identities().PutRole(role); err != nil {
				t.Fatal(err)
			}
			cfg := s.Config()
			cfg.Credentials = as(t, s, "Signer")
			_, err := awskms.NewFromConfig(cfg).Sign(t.Context(), &awskms.SignInput{
				KeyId: aws.String(c.use), Message: []byte("x"),
				SigningAlgorithm: types.SigningAlgorithmSpecEcdsaSha256,
			})
			if _, _, message := refusedAs(err); !strings.HasSuffix(message, c.want) || (err == nil) != (c.want == "") {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
