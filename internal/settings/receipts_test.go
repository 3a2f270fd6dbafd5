package settings_test

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"ecrmirror/internal/settings"
)

func TestTheKeyOfReceipts(t *testing.T) {
	const arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	for _, c := range []struct {
		name, env string
		args      []string
		want      string
		err       string // in the error
	}{
		{"off", "", nil, "", ""},
		{"environment", arn, nil, arn, ""},
		{"flag", "", []string{"--receipt-key", "alias/receipts"}, "alias/receipts", ""},
		{"the flag wins", arn, []string{"--receipt-key=alias/receipts"}, "alias/receipts", ""},
		{"off by the flag", arn, []string{"--receipt-key="}, "", ""},
		{"no key", "", []string{"--receipt-key", "receipts"}, "", `--receipt-key: KMS key "receipts" is no key`},
		{"no key in the environment", "receipts", nil, "", "MIRROR_RECEIPT_KEY: KMS key"},
	} {
		var r settings.Receipts
		flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
		r.Add(flags, func(name string) string { return map[string]string{"MIRROR_RECEIPT_KEY": c.env}[name] })
		if err := flags.Parse(c.args); err != nil {
			t.Fatal(err)
		}
		got, err := r.Key()
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
}
