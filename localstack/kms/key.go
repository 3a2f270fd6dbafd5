package kms

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"ecrmirror/localstack/awsjson"
)

const signVerify = "SIGN_VERIFY"

// A keyState is what may be done with a key.
type keyState string

// The states of asymmetric keys.
const (
	enabled         keyState = "Enabled"
	disabled        keyState = "Disabled"
	pendingDeletion keyState = "PendingDeletion"
)

// A spec is a kind of keys, and the one algorithm by which these sign.
type spec struct {
	name, algorithm string
	curve           elliptic.Curve
	hash            crypto.Hash
}

// specs are the kinds that the stand-in has, by name.
var specs = map[string]spec{
	"ECC_NIST_P256": {"ECC_NIST_P256", "ECDSA_SHA_256", elliptic.P256(), crypto.SHA256},
	"ECC_NIST_P384": {"ECC_NIST_P384", "ECDSA_SHA_384", elliptic.P384(), crypto.SHA384},
}

// A key is one of KMS's.
type key struct {
	id, arn     string
	account     string
	spec        spec
	private     *ecdsa.PrivateKey
	description string
	created     time.Time
	state       keyState
	deleted     time.Time // when it goes; zero if it does not
}

func newKey(c awsjson.Caller, id string, of spec, now time.Time) (*key, error) {
	private, err := ecdsa.GenerateKey(of.curve, rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	return &key{
		id: id, arn: c.ARN("kms", "key/"+id), account: c.Account, spec: of, private: private, created: now,
		state: enabled,
	}, nil
}

type createKeyInput struct {
	KeySpec, CustomerMasterKeySpec, KeyUsage, Origin, Description string
	Policy, CustomKeyStoreID                                      string
	MultiRegion                                                   bool
}

// spec returns the kind of key that is asked for. Kinds that KMS has and this stand-in has not are refused as what KMS
// does not support.
func (in createKeyInput) spec() (spec, error) {
	name := in.KeySpec
	if name == "" {
		name = in.CustomerMasterKeySpec
	}
	of, known := specs[name]
	switch {
	case in.KeySpec != "" && in.CustomerMasterKeySpec != "" && in.KeySpec != in.CustomerMasterKeySpec:
		return spec{}, awsjson.Errorf("ValidationException",
			"You cannot specify KeySpec and CustomerMasterKeySpec in the same request.")
	case known && in.KeyUsage == "":
		return spec{}, awsjson.Errorf("ValidationException",
			"You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.")
	case known && in.KeyUsage != signVerify && in.KeyUsage != "KEY_AGREEMENT":
		return spec{}, awsjson.Errorf("ValidationException", "KeyUsage %s is not compatible with KeySpec %s", in.KeyUsage,
			name)
	case !known && name != "" && !strings.Contains(otherSpecs, " "+name+" "):
		return spec{}, awsjson.Errorf("ValidationException", "1 validation error detected: Value '%s' at 'keySpec' "+
			"failed to satisfy constraint: Member must satisfy enum value set: [%s]", name,
			strings.Join(strings.Fields(otherSpecs+"ECC_NIST_P256 ECC_NIST_P384"), ", "))
	case !known || in.KeyUsage != signVerify || in.MultiRegion || in.Policy != "" || in.CustomKeyStoreID != "",
		in.Origin != "" && in.Origin != "AWS_KMS":
		return spec{}, awsjson.Errorf("UnsupportedOperationException", "The stand-in has keys of ECC_NIST_P256 and "+
			"ECC_NIST_P384 for SIGN_VERIFY alone, of one region, with KMS's own material and the default key policy.")
	}
	return of, nil
}

// otherSpecs are the kinds of keys that KMS has besides.
const otherSpecs = " SYMMETRIC_DEFAULT RSA_2048 RSA_3072 RSA_4096 ECC_NIST_P521 ECC_SECG_P256K1 ECC_NIST_EDWARDS25519 " +
	"HMAC_224 HMAC_256 HMAC_384 HMAC_512 ML_DSA_44 ML_DSA_65 ML_DSA_87 SM2 "

func (s *Service) createKey(_ context.Context, c awsjson.Caller, in createKeyInput) (any, error) {
	of, err := in.spec()
	if err != nil {
		return nil, err
	}
	k, err := newKey(c, awsjson.NewID(), of, s.opts.Now())
	if err != nil {
		return nil, err
	}
	k.description = in.Description
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world(place{c.Account, c.Region}).keys[k.id] = k
	return map[string]any{"KeyMetadata": k.metadata()}, nil
}

func (s *Service) describeKey(_ context.Context, c awsjson.Caller, in struct{ KeyID string }) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.find(c, in.KeyID)
	if err != nil {
		return nil, err
	}
	return map[string]any{"KeyMetadata": k.metadata()}, nil
}

func (k *key) metadata() map[string]any {
	m := map[string]any{
		"AWSAccountId": k.account, "Arn": k.arn, "KeyId": k.id, "CreationDate": awsjson.Seconds(k.created),
		"Description": k.description, "Enabled": k.state == enabled, "KeyState": k.state, "KeyManager": "CUSTOMER",
		"Origin": "AWS_KMS", "MultiRegion": false, "KeyUsage": signVerify, "KeySpec": k.spec.name,
		"CustomerMasterKeySpec": k.spec.name, "SigningAlgorithms": []string{k.spec.algorithm},
	}
	if !k.deleted.IsZero() {
		m["DeletionDate"] = awsjson.Seconds(k.deleted)
	}
	return m
}
