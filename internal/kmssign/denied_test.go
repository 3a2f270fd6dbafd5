package kmssign_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"ecrmirror/internal/kmssign"
	"ecrmirror/internal/transient"
	"ecrmirror/localstack/identity"
	"ecrmirror/localstack/server"
	"ecrmirror/testkit/servertest"
)

// An error says which permission is missing, and no other try helps.
func TestAnErrorNamesThePermission(t *testing.T) {
	s := servertest.Start(t, server.Options{})
	const arn = "arn:aws:kms:us-east-1:111122223333:key/" + server.ReceiptKeyID
	for allowed, missing := range map[string]string{"kms:Sign": "kms:GetPublicKey", "kms:GetPublicKey": "kms:Sign"} {
		const document = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",`
		role := identity.Role{
			ARN:      s.Role("Signer"),
			Trust:    document + `"Action":"sts:AssumeRole","Principal":{"Service":"sso.amazonaws.com"}}]}`,
			Policies: map[string]string{"P": document + `"Action":"` + allowed + `","Resource":"` + arn + `"}]}`},
		}
		if err := s.Identities().PutRole(role); err != nil {
			t.Fatal(err)
		}
		session, err := s.Credentials("Signer")
		if err != nil {
			t.Fatal(err)
		}
		cfg := s.Config()
		cfg.Credentials = credentials.NewStaticCredentialsProvider(session.KeyID, session.Secret, session.Token)
		_, err = kmssign.Open(cfg, arn).Sign(t.Context(), []byte("m"))
		failed, ok := errors.AsType[*kmssign.Error](err)
		if !ok || failed.Permission != missing || transient.Is(err) || !strings.Contains(err.Error(), arn) ||
			!strings.HasSuffix(err.Error(), "; it takes "+missing+" on the key, by IAM and by the key's policy") {
			t.Errorf("may %s: %v", allowed, err)
		}
	}
}
