package main

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"ecrmirror/internal/buildinfo"
	"ecrmirror/internal/kmskey"
	"ecrmirror/internal/kmssign"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/program"
	"ecrmirror/internal/receipt"
	"ecrmirror/internal/receipting"
)

// newReceipts returns what puts receipts that a key has signed, nil where there is no key. The key is not asked for
// anything before the first receipt: whether images are copied does not depend on it.
func newReceipts(cfg aws.Config, key string, images port.Images) (mirror.Receipts, error) {
	if key == "" {
		return nil, nil //nolint:nilnil // none are wanted
	}
	opened, err := openKey(cfg, key)
	if err != nil {
		return nil, err
	}
	build := buildinfo.Read()
	return receipting.New(receipting.Options{
		Images: images, Key: opened,
		Tool: receipt.Tool{Name: "ecrmirror", Version: build.Version, Commit: build.Commit},
	}), nil
}

// openKey opens a key of KMS, which is in the region that its ARN says, or else in that of the configuration.
func openKey(cfg aws.Config, name string) (*kmssign.Key, error) {
	if cfg.Region == "" && kmskey.RegionOf(name) == "" {
		return nil, program.ErrNoRegion
	}
	return kmssign.Open(cfg, name), nil
}
