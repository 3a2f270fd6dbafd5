package kms

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"

	"ecrmirror/localstack/awsjson"
)

// longestMessage is how many bytes a message has at most.
const longestMessage = 4096

// algorithms are those by which KMS signs.
var algorithms = []string{
	"RSASSA_PSS_SHA_256", "RSASSA_PSS_SHA_384", "RSASSA_PSS_SHA_512", "RSASSA_PKCS1_V1_5_SHA_256",
	"RSASSA_PKCS1_V1_5_SHA_384", "RSASSA_PKCS1_V1_5_SHA_512", "ECDSA_SHA_256", "ECDSA_SHA_384", "ECDSA_SHA_512",
	"SM2DSA", "ML_DSA_SHAKE_256", "ED25519_SHA_512", "ED25519_PH_SHA_512",
}

type signInput struct {
	KeyID, MessageType, SigningAlgorithm string
	Message, Signature                   []byte
	DryRun                               bool
}

// check refuses what no key could sign.
func (in signInput) check() error {
	switch {
	case len(in.Message) == 0:
		return awsjson.Errorf("ValidationException", "1 validation error detected: Value at 'message' failed to satisfy "+
			"constraint: Member must have length greater than or equal to 1")
	case len(in.Message) > longestMessage:
		return awsjson.Errorf("ValidationException", "1 validation error detected: Value at 'message' failed to satisfy "+
			"constraint: Member must have length less than or equal to %d", longestMessage)
	case !slices.Contains(algorithms, in.SigningAlgorithm):
		return awsjson.Errorf("ValidationException", "1 validation error detected: Value '%s' at 'signingAlgorithm' "+
			"failed to satisfy constraint: Member must satisfy enum value set: [%s]", in.SigningAlgorithm,
			strings.Join(algorithms, ", "))
	case !slices.Contains([]string{"", "RAW", "DIGEST", "EXTERNAL_MU"}, in.MessageType):
		return awsjson.Errorf("ValidationException", "1 validation error detected: Value '%s' at 'messageType' failed "+
			"to satisfy constraint: Member must satisfy enum value set: [RAW, DIGEST, EXTERNAL_MU]", in.MessageType)
	}
	return nil
}

// digest returns the digest of the message that the key signs.
func (in signInput) digest(k *key) ([]byte, error) {
	of := k.spec
	switch {
	case in.SigningAlgorithm != of.algorithm:
		return nil, awsjson.Errorf("InvalidKeyUsageException", "Algorithm %s is incompatible with key spec %s.",
			in.SigningAlgorithm, of.name)
	case in.MessageType == "EXTERNAL_MU":
		return nil, awsjson.Errorf("ValidationException", "MessageType EXTERNAL_MU is incompatible with key spec %s.",
			of.name)
	case in.MessageType == "DIGEST" && len(in.Message) != of.hash.Size():
		return nil, awsjson.Errorf("ValidationException", "Digest is invalid length for algorithm %s.", of.algorithm)
	case in.MessageType == "DIGEST":
		return in.Message, nil
	}
	sum := of.hash.New()
	_, _ = sum.Write(in.Message) // a hash takes everything
	return sum.Sum(nil), nil
}

// ready returns the key and the digest that a call is about, or why it fails.
func (s *Service) ready(c awsjson.Caller, in signInput) (*key, []byte, error) {
	if err := in.check(); err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.find(c, in.KeyID)
	if err == nil {
		err = k.usable()
	}
	if err != nil {
		return nil, nil, err
	}
	digest, err := in.digest(k)
	if err == nil && in.DryRun {
		err = awsjson.Errorf("DryRunOperationException",
			"The request would have succeeded, but the DryRun option is set.")
	}
	return k, digest, err
}

func (s *Service) sign(_ context.Context, c awsjson.Caller, in signInput) (any, error) {
	k, digest, err := s.ready(c, in)
	if err != nil {
		return nil, err
	}
	signature, err := ecdsa.SignASN1(rand.Reader, k.private, digest)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	return map[string]any{"KeyId": k.arn, "Signature": signature, "SigningAlgorithm": in.SigningAlgorithm}, nil
}

func (s *Service) verify(_ context.Context, c awsjson.Caller, in signInput) (any, error) {
	k, digest, err := s.ready(c, in)
	switch {
	case err != nil:
		return nil, err
	case !ecdsa.VerifyASN1(&k.private.PublicKey, digest, in.Signature):
		return nil, awsjson.Errorf("KMSInvalidSignatureException", "")
	}
	return map[string]any{"KeyId": k.arn, "SignatureValid": true, "SigningAlgorithm": in.SigningAlgorithm}, nil
}

func (s *Service) getPublicKey(_ context.Context, c awsjson.Caller, in struct{ KeyID string }) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.find(c, in.KeyID)
	if err == nil {
		err = k.usable()
	}
	if err != nil {
		return nil, err
	}
	public, err := x509.MarshalPKIXPublicKey(&k.private.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("encoding the public key: %w", err)
	}
	return map[string]any{
		"KeyId": k.arn, "PublicKey": public, "KeyUsage": signVerify, "KeySpec": k.spec.name,
		"CustomerMasterKeySpec": k.spec.name, "SigningAlgorithms": []string{k.spec.algorithm},
	}, nil
}
