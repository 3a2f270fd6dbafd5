// Package kmskeys reads the public keys of AWS KMS that policies name.
package kmskeys

import (
	"context"
	"encoding/pem"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ecrmirror/internal/flight"
	"ecrmirror/internal/kmskey"
	"ecrmirror/internal/kmssign"
	"ecrmirror/internal/verify/policy"
)

// mostKeys is how many keys are kept.
const mostKeys = 1000

// Keys reads keys of KMS, each once, and asks another source for keys of other names. It is safe for concurrent use.
type Keys struct {
	cfg    aws.Config
	others policy.KeySource
	read   *flight.Memo[string, []byte] // in PEM, by ARN
}

var _ policy.KeySource = (*Keys)(nil)

// New returns what reads keys of KMS by a configuration's credentials, each in its own region, and others from another
// source, nil for none. Nothing is asked for yet.
func New(cfg aws.Config, others policy.KeySource) *Keys {
	return &Keys{cfg: cfg, others: others, read: flight.NewMemo[string, []byte](mostKeys)}
}

var errName = errors.New("it is not the ARN of a KMS key, and there are no files")

// PublicKey implements [policy.KeySource]. That a key could not be had from KMS is a *[kmssign.Error], which says what
// is missing, and is not remembered; package transient tells whether another try may help.
func (k *Keys) PublicKey(ctx context.Context, name string) ([]byte, error) {
	if !kmskey.Is(name) {
		if k.others == nil {
			return nil, errName
		}
		return k.others.PublicKey(ctx, name)
	}
	arn, err := kmskey.ARN(name)
	if err != nil {
		return nil, err
	}
	return k.read.Do(ctx, arn, func() ([]byte, error) {
		public, err := kmssign.Open(k.cfg, arn).Public(ctx)
		if err != nil {
			return nil, err
		}
		return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public.DER}), nil
	})
}
