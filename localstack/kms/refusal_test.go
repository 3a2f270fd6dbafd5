package kms_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awskms "github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"ecrmirror/testkit/awstest"
)

const absent = "00000000-0000-4000-8000-000000000000"

func TestRefusesKeys(t *testing.T) {
	c := client(start(t), home, region)
	for _, tc := range []struct {
		name string
		in   awskms.CreateKeyInput
		code string
	}{
		{"no usage", awskms.CreateKeyInput{KeySpec: types.KeySpecEccNistP256}, "ValidationException"},
		{"usage of another kind", awskms.CreateKeyInput{
			KeySpec: types.KeySpecEccNistP256, KeyUsage: types.KeyUsageTypeEncryptDecrypt,
		}, "ValidationException"},
		{"usage that is not here", awskms.CreateKeyInput{
			KeySpec: types.KeySpecEccNistP256, KeyUsage: types.KeyUsageTypeKeyAgreement,
		}, "UnsupportedOperationException"},
		{"kind that is not here", awskms.CreateKeyInput{
			KeySpec: types.KeySpecRsa2048, KeyUsage: types.KeyUsageTypeSignVerify,
		}, "UnsupportedOperationException"},
		{"symmetric", awskms.CreateKeyInput{}, "UnsupportedOperationException"},
		{
			"unknown kind",
			awskms.CreateKeyInput{KeySpec: "P256", KeyUsage: types.KeyUsageTypeSignVerify},
			"ValidationException",
		},
		{"two kinds", awskms.CreateKeyInput{
			KeySpec: types.KeySpecEccNistP256, CustomerMasterKeySpec: "ECC_NIST_P384",
			KeyUsage: types.KeyUsageTypeSignVerify,
		}, "ValidationException"},
		{"policy", awskms.CreateKeyInput{
			KeySpec: types.KeySpecEccNistP256, KeyUsage: types.KeyUsageTypeSignVerify, Policy: aws.String("{}"),
		}, "UnsupportedOperationException"},
	} {
		if _, err := c.CreateKey(t.Context(), &tc.in); awstest.Code(err) != tc.code {
			t.Errorf("%s: %v, want %s", tc.name, err, tc.code)
		}
	}
}

func TestRefusesToSign(t *testing.T) {
	url := start(t)
	c := client(url, home, region)
	arn := create(t, c, types.KeySpecEccNistP256, "alias/a")
	const algorithm = types.SigningAlgorithmSpecEcdsaSha256
	x := []byte("x")
	for _, tc := range []struct {
		name          string
		in            awskms.SignInput
		code, message string
	}{
		{
			"other algorithm",
			awskms.SignInput{Message: x, SigningAlgorithm: types.SigningAlgorithmSpecEcdsaSha384},
			"InvalidKeyUsageException", "Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256.",
		},
		{
			"no such algorithm",
			awskms.SignInput{Message: x, SigningAlgorithm: "ECDSA"},
			"ValidationException",
			"'signingAlgorithm' failed to satisfy constraint",
		},
		{
			"nothing",
			awskms.SignInput{Message: []byte{}, SigningAlgorithm: algorithm},
			"ValidationException",
			"'message' failed to satisfy constraint",
		},
		{
			"long",
			awskms.SignInput{Message: bytes.Repeat(x, 4097), SigningAlgorithm: algorithm},
			"ValidationException", "less than or equal to 4096",
		},
		{
			"no digest",
			awskms.SignInput{Message: x, MessageType: types.MessageTypeDigest, SigningAlgorithm: algorithm},
			"ValidationException", "Digest is invalid length for algorithm ECDSA_SHA_256.",
		},
		{
			"no such type",
			awskms.SignInput{Message: x, MessageType: "HASH", SigningAlgorithm: algorithm},
			"ValidationException", "'messageType' failed to satisfy constraint",
		},
		{
			"dry run",
			awskms.SignInput{Message: x, SigningAlgorithm: algorithm, DryRun: aws.Bool(true)},
			"DryRunOperationException", "would have succeeded",
		},
	} {
		tc.in.KeyId = &arn
		_, err := c.Sign(t.Context(), &tc.in)
		if awstest.Code(err) != tc.code || !strings.Contains(awstest.Message(err), tc.message) {
			t.Errorf("%s: %v, want %s", tc.name, err, tc.code)
		}
	}
	_, err := c.Verify(t.Context(), &awskms.VerifyInput{
		KeyId: &arn, Message: x, SigningAlgorithm: algorithm, Signature: x,
	})
	if awstest.Code(err) != "KMSInvalidSignatureException" {
		t.Errorf("a wrong signature: %v", err)
	}
}

func TestRefusesNames(t *testing.T) {
	url := start(t)
	c := client(url, home, region)
	arn := create(t, c, types.KeySpecEccNistP256, "alias/a")
	const theirs = "444455556666"
	for _, tc := range []struct {
		name          string
		client        *awskms.Client
		key           string
		code, message string
	}{
		{"absent key", c, absent, "NotFoundException", "Key 'arn:aws:kms:us-east-1:111122223333:key/" + absent + "' does not"},
		{
			"absent alias", c, "alias/b", "NotFoundException",
			"Alias arn:aws:kms:us-east-1:111122223333:alias/b is not found.",
		},
		{"no id", c, "ecr-mirror", "NotFoundException", "Invalid keyId ecr-mirror"},
		{"no ARN", c, "arn:aws:kms:us-east-1:key", "InvalidArnException", "Invalid arn"},
		{"other region", client(url, home, "eu-west-1"), arn, "NotFoundException", "Invalid arn us-east-1"},
		{"alias of another region", client(url, home, "eu-west-1"), "alias/a", "NotFoundException", "is not found"},
		{"alias of another account", client(url, theirs, region), "alias/a", "NotFoundException", "is not found"},
	} {
		err := signWith(t, tc.client, tc.key)
		if awstest.Code(err) != tc.code || !strings.Contains(awstest.Message(err), tc.message) {
			t.Errorf("%s: %v, want %s: %s", tc.name, err, tc.code, tc.message)
		}
	}
	for _, tc := range []struct{ name, alias, key, code string }{
		{"there already", "alias/a", arn, "AlreadyExistsException"},
		{"no alias", "a", arn, "ValidationException"},
		{"of AWS", "alias/aws/a", arn, "NotAuthorizedException"},
		{"odd signs", "alias/a b", arn, "ValidationException"},
		{"of an alias", "alias/b", "alias/a", "ValidationException"},
		{"of nothing", "alias/b", absent, "NotFoundException"},
	} {
		_, err := c.CreateAlias(t.Context(), &awskms.CreateAliasInput{AliasName: &tc.alias, TargetKeyId: &tc.key})
		if awstest.Code(err) != tc.code {
			t.Errorf("alias %s: %v, want %s", tc.name, err, tc.code)
		}
	}
	for name, call := range map[string]func() error{
		"by an alias": func() error {
			_, err := c.DisableKey(t.Context(), &awskms.DisableKeyInput{KeyId: aws.String("alias/a")})
			return err
		},
		"by another account": func() error {
			_, err := client(url, theirs, region).DisableKey(t.Context(), &awskms.DisableKeyInput{KeyId: &arn})
			return err
		},
		"in three days": func() error {
			_, err := c.ScheduleKeyDeletion(t.Context(),
				&awskms.ScheduleKeyDeletionInput{KeyId: &arn, PendingWindowInDays: aws.Int32(3)})
			return err
		},
	} {
		if err := call(); err == nil || awstest.Message(err) == "" {
			t.Errorf("changed %s: %v", name, err)
		}
	}
	if err := signWith(t, c, arn); err != nil {
		t.Errorf("it was changed all the same: %v", err)
	}
}
