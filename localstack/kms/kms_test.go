package kms_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awskms "github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"ecrmirror/localstack/kms"
	"ecrmirror/testkit/awstest"
)

const (
	home   = "111122223333"
	region = "us-east-1"
)

func start(t *testing.T) string {
	t.Helper()
	return awstest.Serve(t, kms.New(kms.Options{Home: home}))
}

func client(url, account, region string) *awskms.Client {
	return awskms.NewFromConfig(awstest.Config(url, account, region))
}

// create makes a key with an alias, and returns its ARN.
func create(t *testing.T, c *awskms.Client, of types.KeySpec, alias string) string {
	t.Helper()
	out := awstest.Must[*awskms.CreateKeyOutput](t)(c.CreateKey(t.Context(), &awskms.CreateKeyInput{
		KeySpec: of, KeyUsage: types.KeyUsageTypeSignVerify,
	}))
	if alias != "" {
		if _, err := c.CreateAlias(t.Context(), &awskms.CreateAliasInput{
			AliasName: &alias, TargetKeyId: out.KeyMetadata.KeyId,
		}); err != nil {
			t.Fatal(err)
		}
	}
	return aws.ToString(out.KeyMetadata.Arn)
}

// A key signs by each of its names, and what it signs is verified by KMS, and by others with the public key.
func TestSignaturesAreThoseOfTheKey(t *testing.T) {
	c := client(start(t), home, region)
	long := bytes.Repeat([]byte("x"), 4096)
	sum256, sum384 := sha256.Sum256(long), sha512.Sum384(long)
	for _, tc := range []struct {
		of        types.KeySpec
		algorithm types.SigningAlgorithmSpec
		digest    []byte
	}{
		{types.KeySpecEccNistP256, types.SigningAlgorithmSpecEcdsaSha256, sum256[:]},
		{types.KeySpecEccNistP384, types.SigningAlgorithmSpecEcdsaSha384, sum384[:]},
	} {
		alias := "alias/" + string(tc.of)
		arn := create(t, c, tc.of, alias)
		_, id, _ := strings.Cut(arn, ":key/")
		public := awstest.Must[*awskms.GetPublicKeyOutput](t)(
			c.GetPublicKey(t.Context(), &awskms.GetPublicKeyInput{KeyId: &alias}))
		parsed, err := x509.ParsePKIXPublicKey(public.PublicKey)
		if err != nil || public.KeySpec != tc.of || aws.ToString(public.KeyId) != arn ||
			public.SigningAlgorithms[0] != tc.algorithm || public.KeyUsage != types.KeyUsageTypeSignVerify {
			t.Fatalf("%+v, %v", public, err)
		}
		for _, name := range []string{arn, id, alias, strings.Replace(arn, "key/"+id, alias, 1)} {
			for kind, message := range map[types.MessageType][]byte{
				"": long, types.MessageTypeRaw: long, types.MessageTypeDigest: tc.digest,
			} {
				out := awstest.Must[*awskms.SignOutput](t)(c.Sign(t.Context(), &awskms.SignInput{
					KeyId: &name, Message: message, MessageType: kind, SigningAlgorithm: tc.algorithm,
				}))
				if aws.ToString(out.KeyId) != arn || out.SigningAlgorithm != tc.algorithm ||
					!ecdsa.VerifyASN1(parsed.(*ecdsa.PublicKey), tc.digest, out.Signature) {
					t.Errorf("%s, %s: %+v", name, kind, out)
				}
				verified, err := c.Verify(t.Context(), &awskms.VerifyInput{
					KeyId: &name, Message: message, MessageType: kind, SigningAlgorithm: tc.algorithm,
					Signature: out.Signature,
				})
				if err != nil || !verified.SignatureValid {
					t.Errorf("%s, %s: %+v, %v", name, kind, verified, err)
				}
			}
		}
	}
}

func TestDescribesKeysAndAliases(t *testing.T) {
	c := client(start(t), home, region)
	arn := create(t, c, types.KeySpecEccNistP256, "alias/b")
	create(t, c, types.KeySpecEccNistP384, "alias/a")
	out := awstest.Must[*awskms.DescribeKeyOutput](t)(
		c.DescribeKey(t.Context(), &awskms.DescribeKeyInput{KeyId: aws.String("alias/b")}))
	if m := out.KeyMetadata; aws.ToString(m.Arn) != arn || !m.Enabled || m.KeyState != types.KeyStateEnabled ||
		aws.ToString(m.AWSAccountId) != home || m.KeyManager != types.KeyManagerTypeCustomer || m.CreationDate == nil {
		t.Errorf("%+v", m)
	}
	for of, want := range map[string]string{"": "alias/a alias/b", arn: "alias/b"} {
		in := &awskms.ListAliasesInput{}
		if of != "" {
			in.KeyId = &of
		}
		list := awstest.Must[*awskms.ListAliasesOutput](t)(c.ListAliases(t.Context(), in))
		var names []string
		for _, a := range list.Aliases {
			names = append(names, aws.ToString(a.AliasName))
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("aliases of %q: %s", of, got)
		}
	}
}

// A key that is disabled, or is to be deleted, does nothing; the former may be enabled again.
func TestKeysHaveStates(t *testing.T) {
	c := client(start(t), home, region)
	arn := create(t, c, types.KeySpecEccNistP256, "")
	sign := func() error { return signWith(t, c, arn) }
	for _, step := range []struct {
		name string
		do   func() error
		code string // of signing afterwards
	}{
		{"disable", func() error {
			_, err := c.DisableKey(t.Context(), &awskms.DisableKeyInput{KeyId: &arn})
			return err
		}, "DisabledException"},
		{"enable", func() error {
			_, err := c.EnableKey(t.Context(), &awskms.EnableKeyInput{KeyId: &arn})
			return err
		}, ""},
		{"delete", func() error {
			_, err := c.ScheduleKeyDeletion(t.Context(), &awskms.ScheduleKeyDeletionInput{KeyId: &arn})
			return err
		}, "KMSInvalidStateException"},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if err := sign(); awstest.Code(err) != step.code || err != nil && !strings.Contains(err.Error(), arn+" is ") {
			t.Errorf("%s: %v", step.name, err)
		}
	}
	_, err := c.EnableKey(t.Context(), &awskms.EnableKeyInput{KeyId: &arn})
	if awstest.Code(err) != "KMSInvalidStateException" {
		t.Errorf("enabled while it is deleted: %v", err)
	}
}

func signWith(t *testing.T, c *awskms.Client, id string) error {
	t.Helper()
	_, err := c.Sign(t.Context(), &awskms.SignInput{
		KeyId: &id, Message: []byte("x"), SigningAlgorithm: types.SigningAlgorithmSpecEcdsaSha256,
	})
	return err
}

func TestSeedMakesAKeyOfThatID(t *testing.T) {
	const id = "11111111-2222-4333-8444-555555555555"
	s := kms.New(kms.Options{Home: home})
	if err := s.Seed(home, region, id, "alias/seed"); err != nil {
		t.Fatal(err)
	}
	c := client(awstest.Serve(t, s), home, region)
	for _, name := range []string{id, "alias/seed"} {
		if err := signWith(t, c, name); err != nil {
			t.Error(err)
		}
	}
}
