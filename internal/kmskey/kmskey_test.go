package kmskey_test

import (
	"strings"
	"testing"

	"ecrmirror/internal/kmskey"
)

func TestNamesOfKeys(t *testing.T) {
	const id = "1234abcd-12ab-34cd-56ef-1234567890ab"
	for name, region := range map[string]string{
		id: "", "alias/receipts": "", "alias/team/receipts_1": "", "mrk-" + strings.Repeat("0", 32): "",
		"arn:aws:kms:us-east-1:111122223333:key/" + id:                          "us-east-1",
		"arn:aws-cn:kms:cn-north-1:111122223333:alias/receipts":                 "cn-north-1",
		"arn:aws:kms:eu-west-1:111122223333:key/mrk-" + strings.Repeat("a", 32): "eu-west-1",
	} {
		if err := kmskey.Check(name); err != nil || kmskey.RegionOf(name) != region {
			t.Errorf("%s: %v, %q", name, err, kmskey.RegionOf(name))
		}
	}
	for name, says := range map[string]string{
		"": "is no key", "receipts": "is no key", "key/" + id: "is no key", "alias/": "is no key",
		"alias/a b": "is no key", "arn:aws:kms:us-east-1:111122223333:" + id: "is no key",
		"arn:aws:iam::111122223333:role/mirror":          "is no key",
		"arn:aws:kms:us-east-1:111122223333:grant/" + id: "is no key",
		"alias/aws/ecr": "AWS manages",
		"arn:aws:kms:us-east-1:111122223333:alias/aws/s3": "AWS manages",
		"awskms:///alias/receipts":                        "leave out awskms:///",
		"alias/" + strings.Repeat("a", 3000):              "2048 bytes",
	} {
		if err := kmskey.Check(name); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.80s: %v, want %s", name, err, says)
		}
	}
}

// A name that a policy keeps is that of one key, wherever the policy is read.
func TestNamesThatAreTheSameEverywhere(t *testing.T) {
	const (
		id    = "1234abcd-12ab-34cd-56ef-1234567890ab"
		key   = "arn:aws:kms:us-east-1:111122223333:key/" + id
		alias = "arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/team/app"
	)
	for name, want := range map[string]string{
		key: key, alias: alias, "awskms:///" + key: key, "awskms:///" + alias: alias,
	} {
		if got, err := kmskey.ARN(name); err != nil || got != want || !kmskey.Is(name) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for name, says := range map[string]string{
		"awskms:///" + id:                                           "says no region and account",
		"awskms:///alias/app":                                       "says no region and account",
		"awskms:///":                                                "says no region and account",
		"awskms://" + key:                                           "has an endpoint, or lacks a slash",
		"awskms://alias/app":                                        "has an endpoint, or lacks a slash",
		"awskms://localhost:4566/" + key:                            "has an endpoint, or lacks a slash",
		"awskms:///" + key + "\n":                                   "is no key",
		"arn:aws:kms:us-east-1:111122223333:key/1":                  "is no key",
		"arn:aws:iam::111122223333:role/mirror":                     "is no key",
		"arn:aws:kms:us-east-1:111122223333:alias/":                 "is no key",
		"awskms:///arn:aws:kms:us-east-1:111122223333:alias/aws/s3": "AWS manages",
	} {
		if got, err := kmskey.ARN(name); err == nil || !strings.Contains(err.Error(), says) || !kmskey.Is(name) {
			t.Errorf("%s: %q, %v, want %s", name, got, err, says)
		}
	}
	for _, name := range []string{"cosign.pub", "alias/app", id, "gcpkms://projects/p", "./arn:aws", ""} {
		if kmskey.Is(name) {
			t.Errorf("%s is taken for a key of KMS", name)
		}
	}
}
