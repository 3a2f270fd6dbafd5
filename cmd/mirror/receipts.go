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
	switch {
	case key == "":
		return nil, nil //nolint:nilnil // none are wanted
	case cfg.Region == "" && kmskey.RegionOf(key) == "":
		return nil, program.ErrNoRegion
	}
	build := buildinfo.Read()
	return receipting.New(receipting.Options{
		Images: images, Key: kmssign.Open(cfg, key),
		Tool: receipt.Tool{Name: "ecrmirror", Version: build.Version, Commit: build.Commit},
	}), nil
}
