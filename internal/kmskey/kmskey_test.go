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
