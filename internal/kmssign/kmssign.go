// Package kmssign signs with keys of AWS KMS, of ECDSA on P-256 or P-384, and reads the public keys of these and of
// others that sign by ECDSA on P-521 or by RSA.
package kmssign

import (
	"context"
	"crypto"
	"errors"
	"fmt"

	_ "crypto/sha256" // that keys of P-256 sign by
	_ "crypto/sha512" // that keys of P-384 sign by

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"ecrmirror/internal/flight"
	"ecrmirror/internal/kmskey"
)

// ErrUnsuitable says that a key signs nothing, or by an algorithm that is not taken.
var ErrUnsuitable = errors.New("it is of another kind than is taken")

// API is the calls to AWS KMS that this package makes.
type API interface {
	GetPublicKey(context.Context, *kms.GetPublicKeyInput, ...func(*kms.Options)) (*kms.GetPublicKeyOutput, error)
	Sign(context.Context, *kms.SignInput, ...func(*kms.Options)) (*kms.SignOutput, error)
}

var _ API = (*kms.Client)(nil)

// A Public is the public side of a key.
type Public struct {
	ARN   string
	DER   []byte // as PKIX
	spec  types.KeySpec
	signs algorithm // the zero one of a key that this package does not sign with
}

// A Key is one of KMS's. It is safe for concurrent use.
type Key struct {
	api    API
	name   string
	public *flight.Memo[struct{}, Public]
}

// Open returns the key of a name that [kmskey.Check] takes. Nothing is asked for yet. The key is reached in the region
// of its ARN, or else in that of the configuration.
func Open(cfg aws.Config, name string) *Key {
	return New(kms.NewFromConfig(cfg, func(o *kms.Options) {
		if region := kmskey.RegionOf(name); region != "" {
			o.Region = region
		}
	}), name)
}

// New returns the key of a name by an API.
func New(api API, name string) *Key {
	return &Key{api: api, name: name, public: flight.NewMemo[struct{}, Public](1)}
}

// Public returns the public side of the key. It is asked for once, and again after an error, which is an [*Error] and
// which all get who have waited for it.
func (k *Key) Public(ctx context.Context) (Public, error) {
	return k.public.Do(ctx, struct{}{}, func() (Public, error) {
		public, err := k.read(ctx)
		if err != nil {
			return Public{}, errorOf("GetPublicKey", k.name, err)
		}
		return public, nil
	})
}

func (k *Key) read(ctx context.Context) (Public, error) {
	out, err := k.api.GetPublicKey(ctx, &kms.GetPublicKeyInput{KeyId: &k.name})
	if err != nil {
		return Public{}, err
	}
	signs, known := algorithms[out.KeySpec]
	if !known || out.KeyUsage != types.KeyUsageTypeSignVerify {
		return Public{}, fmt.Errorf("%w: it is one of %s for %s, and not of ECC_NIST_P256, P384 or P521 or of RSA, for %s",
			ErrUnsuitable, out.KeySpec, out.KeyUsage, types.KeyUsageTypeSignVerify)
	}
	return Public{ARN: aws.ToString(out.KeyId), DER: out.PublicKey, spec: out.KeySpec, signs: signs}, nil
}

// Sign signs a message by ECDSA: with SHA-256 by a key of P-256, with SHA-384 by one of P-384. Nothing but the digest
// of the message is sent. The signature is in ASN.1. The error is an [*Error].
//
// It signs with the key that [Key.Public] has read, wherever an alias points by now.
func (k *Key) Sign(ctx context.Context, message []byte) ([]byte, error) {
	public, err := k.Public(ctx)
	if err != nil {
		return nil, err
	}
	if public.signs.hash == 0 {
		return nil, errorOf("Sign", public.ARN, fmt.Errorf(
			"%w: it is one of %s, and not of ECC_NIST_P256 or P384", ErrUnsuitable, public.spec))
	}
	sum := public.signs.hash.New()
	_, _ = sum.Write(message) // a hash takes everything
	out, err := k.api.Sign(ctx, &kms.SignInput{
		KeyId: &public.ARN, Message: sum.Sum(nil), MessageType: types.MessageTypeDigest,
		SigningAlgorithm: public.signs.name,
	})
	if err != nil {
		return nil, errorOf("Sign", public.ARN, err)
	}
	return out.Signature, nil
}

// An algorithm is one by which keys sign, and the hash of it.
type algorithm struct {
	name types.SigningAlgorithmSpec
	hash crypto.Hash
}

// algorithms are those of the kinds of keys that are taken. By those that have none here, others sign.
var algorithms = map[types.KeySpec]algorithm{
	types.KeySpecEccNistP256: {types.SigningAlgorithmSpecEcdsaSha256, crypto.SHA256},
	types.KeySpecEccNistP384: {types.SigningAlgorithmSpecEcdsaSha384, crypto.SHA384},
	types.KeySpecEccNistP521: {},
	types.KeySpecRsa2048:     {},
	types.KeySpecRsa3072:     {},
	types.KeySpecRsa4096:     {},
}
